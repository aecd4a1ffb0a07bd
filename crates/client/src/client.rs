//! A client of one server: how it is built, and what belongs to no resource.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tikmatrix_api_types::Health;
use tikmatrix_api_types::events::EventQuery;
use tikmatrix_api_types::license::License;
use tikmatrix_api_types::settings::{Settings, SettingsPatch};
use ureq::http::Method;

use crate::accounts::Accounts;
use crate::audit::Audit;
use crate::devices::Devices;
use crate::error::Error;
use crate::events::EventStream;
use crate::groups::Groups;
use crate::http::{Http, HttpOptions, Token};
use crate::materials::Materials;
use crate::scripts::Scripts;
use crate::tasks::Tasks;
use crate::webhooks::Webhooks;

/// The default timeout of one request. Stopping a task takes the longest, 5 s, and one deletion may stop 1,000 of them.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(600);
/// The default timeout of making a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

const SETTINGS: &str = "/api/v1/setting";

/// A client of one server. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) http: Http,
}

/// The options of a [`Client`].
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientBuilder {
    options: HttpOptions,
}

impl ClientBuilder {
    /// Sends `token` with every request (`Authorization: Bearer`).
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.options.token = Some(Token(token.into()));
        self
    }

    /// Ends every request, its answer included, after `timeout`. Default: 10 minutes. Event streams have none.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.request_timeout = timeout;
        self
    }

    /// Ends the attempt to connect after `timeout`. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.options.connect_timeout = timeout;
        self
    }

    /// Builds the client. It connects with the first request.
    #[must_use]
    pub fn build(self) -> Client {
        Client { http: Http::new(self.options) }
    }
}

impl Client {
    /// Starts to build a client of the server at `url`, such as `http://127.0.0.1:50809`. Without a scheme, as in
    /// `localhost:50809`, it is HTTP.
    pub fn builder(url: impl AsRef<str>) -> ClientBuilder {
        let options = HttpOptions {
            url: with_scheme(url.as_ref()),
            token: None,
            request_timeout: REQUEST_TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
        };
        ClientBuilder { options }
    }

    /// Creates a client of the server at `url` with the default options.
    #[must_use]
    pub fn new(url: impl AsRef<str>) -> Self {
        Self::builder(url).build()
    }

    /// Returns the server's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        self.http.url()
    }

    /// Returns the handle of `/api/v1/task`.
    #[must_use]
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks::new(&self.http)
    }

    /// Returns the handle of `/api/v1/account`.
    #[must_use]
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts::new(&self.http)
    }

    /// Returns the handle of `/api/v1/device`.
    #[must_use]
    pub fn devices(&self) -> Devices<'_> {
        Devices::new(&self.http)
    }

    /// Returns the handle of `/api/v1/group`.
    #[must_use]
    pub fn groups(&self) -> Groups<'_> {
        Groups::new(&self.http)
    }

    /// Returns the handle of `/api/v1/material`.
    #[must_use]
    pub fn materials(&self) -> Materials<'_> {
        Materials::new(&self.http)
    }

    /// Returns the handle of `/api/v1/audit`.
    #[must_use]
    pub fn audit(&self) -> Audit<'_> {
        Audit::new(&self.http)
    }

    /// Returns the handle of `/api/v1/webhook`.
    #[must_use]
    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks::new(&self.http)
    }

    /// Listens to the server's events.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn events(&self, query: &EventQuery) -> Result<EventStream, Error> {
        EventStream::open(&self.http, query)
    }

    /// Returns the handle of `/api/v1/script`.
    #[must_use]
    pub fn scripts(&self) -> Scripts<'_> {
        Scripts::new(&self.http)
    }

    /// Returns the settings of the server.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn settings(&self) -> Result<Settings, Error> {
        self.http.call(Method::GET, SETTINGS)
    }

    /// Changes the settings of the server and returns the new ones.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn change_settings(&self, change: &SettingsPatch) -> Result<Settings, Error> {
        self.http.call_with(Method::PATCH, SETTINGS, change)
    }

    /// Returns the plan that is in force, with or without API access.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn license(&self) -> Result<License, Error> {
        self.http.license()
    }

    /// Returns the state of the server; needs neither a token nor a licence.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn health(&self) -> Result<Health, Error> {
        self.http.call(Method::GET, "/healthz")
    }

    /// Returns the metrics in the text format of Prometheus.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn metrics(&self) -> Result<String, Error> {
        self.http.download("/metrics")?.into_text()
    }

    /// Returns the OpenAPI document of the server.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn openapi(&self) -> Result<Value, Error> {
        self.json("/openapi.json")
    }

    /// Reads JSON that has no envelope from `path` of the server, as from routes that a program added to it.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let text = self.http.download(path)?.into_text()?;
        serde_json::from_str(&text).map_err(|source| self.http.unexpected(source))
    }
}

/// Returns the URL of a server without the slash at its end, and with the scheme of one that has none.
fn with_scheme(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    if url.contains("://") { url.to_owned() } else { format!("http://{url}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_with_or_without_its_scheme() {
        for (given, url) in [
            ("localhost:50809", "http://localhost:50809"),
            ("[::1]:50809/", "http://[::1]:50809"),
            ("http://127.0.0.1:50809/", "http://127.0.0.1:50809"),
            ("https://tikmatrix.example.com", "https://tikmatrix.example.com"),
        ] {
            assert_eq!(Client::new(given).url(), url);
        }
    }
}
