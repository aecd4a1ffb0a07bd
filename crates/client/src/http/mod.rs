//! Requests to the server, and its answers without their envelope.

pub(crate) mod download;

use std::fmt;
use std::io::Read;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use tikmatrix_api_types::envelope::SUCCESS;
use tikmatrix_api_types::license::License;
use tikmatrix_api_types::{Envelope, Problem};
use ureq::http::request::Builder;
use ureq::http::{Method, Request, Response, header};
use ureq::unversioned::multipart::Form;
use ureq::{Agent, AsSendBody, Body, SendBody};

use self::download::Download;
use crate::error::{ApiError, Error};

/// The largest JSON answer that is read, in bytes; a page of 100 tasks with the largest configurations has less.
const MAX_ANSWER: u64 = 512 * 1024 * 1024;
/// The characters that stand for themselves in a path or a query are the unreserved ones of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A token, which `Debug` does not show.
#[derive(Clone)]
pub(crate) struct Token(pub(crate) String);

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(not shown)")
    }
}

/// The options of the connection to one server.
#[derive(Debug, Clone)]
pub(crate) struct HttpOptions {
    /// Without a slash at its end.
    pub(crate) url: String,
    pub(crate) token: Option<Token>,
    pub(crate) request_timeout: Duration,
    pub(crate) connect_timeout: Duration,
}

/// HTTP to one server.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    agent: Agent,
    options: HttpOptions,
}

impl Http {
    pub(crate) fn new(options: HttpOptions) -> Self {
        let mut config = Agent::config_builder()
            .timeout_global(Some(options.request_timeout))
            .timeout_connect(Some(options.connect_timeout))
            .http_status_as_error(false)
            .max_redirects(0);
        if is_local(&options.url) {
            // A proxy of the environment cannot reach this machine's loopback.
            config = config.proxy(None);
        }
        Self { agent: config.build().into(), options }
    }

    pub(crate) fn url(&self) -> &str {
        &self.options.url
    }

    /// Sends a request without a body and returns the data of the answer.
    pub(crate) fn call<T: DeserializeOwned>(&self, method: Method, path: &str) -> Result<T, Error> {
        self.data(self.send(self.request(method, path), ())?)
    }

    /// Sends a JSON body and returns the data of the answer.
    pub(crate) fn call_with<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.call_with_headers(method, path, &[], body)
    }

    /// As [`Http::call_with`], with more headers.
    pub(crate) fn call_with_headers<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let body = serde_json::to_string(body).map_err(|error| self.unusable(error))?;
        let mut request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.data(self.send(request, body.as_str())?)
    }

    /// Sends a body of `content_type` as it is read and returns the data of the answer.
    pub(crate) fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        content_type: &str,
        body: &mut dyn Read,
    ) -> Result<T, Error> {
        let request = self.request(Method::POST, path).header(header::CONTENT_TYPE, content_type);
        self.data(self.send(request, SendBody::from_reader(body))?)
    }

    /// Sends a form and returns the data of the answer.
    pub(crate) fn upload_form<T: DeserializeOwned>(&self, path: &str, form: Form<'_>) -> Result<T, Error> {
        let mut request = self.agent.post(self.uri(path));
        if let Some(token) = &self.options.token {
            request = request.header(header::AUTHORIZATION, bearer(token));
        }
        self.data(request.send(form).map_err(|error| self.unreachable(error))?)
    }

    /// Requests a file and returns it as a stream.
    pub(crate) fn download(&self, path: &str) -> Result<Download, Error> {
        let answer = self.send(self.request(Method::GET, path), ())?;
        self.file(answer)
    }

    /// Requests an event stream: a file that has no end, and no timeout therefore.
    pub(crate) fn stream(&self, path: &str) -> Result<Download, Error> {
        let request = self.request(Method::GET, path).header(header::ACCEPT, "text/event-stream");
        let request = self.authorized(request).body(()).map_err(|error| self.unusable(error))?;
        let request = self.agent.configure_request(request).timeout_global(None).build();
        let answer = self.agent.run(request).map_err(|error| self.unreachable(error))?;
        self.file(answer)
    }

    /// Returns the plan in force, which a refusal for want of API access holds too.
    pub(crate) fn license(&self) -> Result<License, Error> {
        let answer = self.send(self.request(Method::GET, "/api/v1/license/check"), ())?;
        let answer = Answer::read(self.url(), answer)?;
        answer.any_data().ok_or_else(|| answer.refusal())
    }

    /// Describes data that is not of the expected type.
    pub(crate) fn unexpected(&self, source: serde_json::Error) -> Error {
        Error::Unexpected { url: self.options.url.clone(), source }
    }

    fn request(&self, method: Method, path: &str) -> Builder {
        Request::builder().method(method).uri(self.uri(path))
    }

    fn uri(&self, path: &str) -> String {
        format!("{}{path}", self.options.url)
    }

    fn authorized(&self, request: Builder) -> Builder {
        match &self.options.token {
            Some(token) => request.header(header::AUTHORIZATION, bearer(token)),
            None => request,
        }
    }

    fn send(&self, request: Builder, body: impl AsSendBody) -> Result<Response<Body>, Error> {
        let request = self.authorized(request).body(body).map_err(|error| self.unusable(error))?;
        self.agent.run(request).map_err(|error| self.unreachable(error))
    }

    fn data<T: DeserializeOwned>(&self, answer: Response<Body>) -> Result<T, Error> {
        Answer::read(self.url(), answer)?.data()
    }

    fn file(&self, answer: Response<Body>) -> Result<Download, Error> {
        if answer.status().is_success() {
            return Ok(Download::new(answer));
        }
        Err(Answer::read(self.url(), answer)?.refusal())
    }

    fn unusable(&self, source: impl std::error::Error + Send + Sync + 'static) -> Error {
        Error::Unusable { url: self.options.url.clone(), source: Box::new(source) }
    }

    fn unreachable(&self, source: ureq::Error) -> Error {
        Error::Unreachable { url: self.options.url.clone(), source: Box::new(source) }
    }
}

/// An answer that was read to its end.
struct Answer<'a> {
    /// The server's.
    url: &'a str,
    status: u16,
    retry_after: Option<Duration>,
    envelope: Envelope<Box<RawValue>>,
}

impl<'a> Answer<'a> {
    /// Reads an answer of the server at `url`.
    fn read(url: &'a str, answer: Response<Body>) -> Result<Self, Error> {
        let (parts, mut body) = answer.into_parts();
        let status = parts.status.as_u16();
        let retry_after =
            parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let text = body.with_config().limit(MAX_ANSWER).read_to_string();
        let text = text.map_err(ureq::Error::into_io)?;
        let envelope =
            serde_json::from_str(&text).map_err(|_| Error::Foreign { url: url.to_owned(), status })?;
        Ok(Self { url, status, retry_after: retry_after.map(Duration::from_secs), envelope })
    }

    /// Returns the data of a success.
    fn data<T: DeserializeOwned>(self) -> Result<T, Error> {
        if self.envelope.code != SUCCESS {
            return Err(self.refusal());
        }
        let data = self.envelope.data.as_deref().map_or("null", RawValue::get);
        serde_json::from_str(data).map_err(|source| Error::Unexpected { url: self.url.to_owned(), source })
    }

    /// Returns the data if it is of this type, whether the answer is a success or not.
    fn any_data<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.envelope.data.as_deref()?.get()).ok()
    }

    /// Describes the answer as a refusal.
    fn refusal(self) -> Error {
        let problems: Option<Vec<Problem>> = self.any_data();
        Error::from(ApiError {
            status: self.status,
            code: self.envelope.code,
            message: self.envelope.message,
            problems: problems.unwrap_or_default(),
            retry_after: self.retry_after,
        })
    }
}

fn bearer(token: &Token) -> String {
    format!("Bearer {}", token.0)
}

/// Returns the path that has `segment`, which may be any text, below `path`.
pub(crate) fn below(path: &str, segment: &str) -> String {
    format!("{path}/{}", utf8_percent_encode(segment, ENCODED))
}

/// Returns the path with those parameters of `query` that have a value.
pub(crate) fn with_query(path: &str, query: &impl Serialize) -> String {
    let Ok(Value::Object(parameters)) = serde_json::to_value(query) else { return path.to_owned() };
    let parameters = parameters.iter().filter_map(|(name, value)| {
        let text = match value {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some(format!("{name}={}", utf8_percent_encode(&text, ENCODED)))
    });
    let parameters: Vec<String> = parameters.collect();
    if parameters.is_empty() { path.to_owned() } else { format!("{path}?{}", parameters.join("&")) }
}

fn is_local(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["localhost", "127.", "[::1]"].iter().any(|local| host.starts_with(local))
}

#[cfg(test)]
mod tests {
    use tikmatrix_api_types::tasks::{TaskFilter, TaskQuery};

    use super::*;

    #[test]
    fn any_text_stays_in_its_segment_and_its_parameter() {
        assert_eq!(below("/device", "a/../b?c#d é"), "/device/a%2F..%2Fb%3Fc%23d%20%C3%A9");
        let filter = TaskFilter { status: Some(3), serial: Some("1&b=2 x".into()), ..TaskFilter::default() };
        let query = TaskQuery::from(filter);
        // Their order depends on the features of serde_json.
        let path = with_query("/task", &query);
        let mut parameters: Vec<&str> = path.strip_prefix("/task?").unwrap().split('&').collect();
        parameters.sort_unstable();
        assert_eq!(parameters, ["serial=1%26b%3D2%20x", "status=3"]);
        assert_eq!(with_query("/task", &TaskQuery::default()), "/task");
    }

    #[test]
    fn only_this_machine_is_reached_without_the_proxy() {
        for url in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert!(is_local(url), "{url}");
        }
        assert!(!is_local("https://tikmatrix.example.com"));
    }
}
