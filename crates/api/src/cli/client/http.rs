//! Requests to a server, and its answers without their envelope.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use ureq::http::{Method, Request, Response};
use ureq::unversioned::multipart::Form;
use ureq::{Body, SendBody};

/// For one request. Stopping a task takes the longest, 5 s, and 1,000 of them one after the other go with one delete.
const REQUEST_LIMIT: Duration = Duration::from_secs(600);
/// For making a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read; a page of 100 tasks with the largest configurations has less.
const LARGEST_ANSWER: u64 = 512 * 1024 * 1024;
/// What stands for itself in a path or a query (RFC 3986, unreserved characters).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// HTTP to one server.
pub(in crate::cli) struct Client {
    agent: ureq::Agent,
    url: String,
    token: Option<String>,
}

impl Client {
    /// For the server at `url`, with a token if it wants one.
    pub(in crate::cli) fn new(url: &str, token: Option<String>) -> Self {
        let mut config = ureq::Agent::config_builder()
            .timeout_global(Some(REQUEST_LIMIT))
            .timeout_connect(Some(CONNECT_LIMIT))
            .http_status_as_error(false)
            .max_redirects(0);
        if is_local(url) {
            // A proxy of the environment cannot reach this machine's loopback.
            config = config.proxy(None);
        }
        Self { agent: config.build().into(), url: url.trim_end_matches('/').to_owned(), token }
    }

    /// The data that `GET path` answers.
    pub(in crate::cli) fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(Method::GET, path, None)
    }

    /// The data that a request with an optional JSON body is answered with.
    pub(in crate::cli) fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        self.send_with(method, path, &[], body)
    }

    /// As [`Client::send`], with more headers.
    pub(in crate::cli) fn send_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let mut request = Request::builder().method(method).uri(self.uri(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                data(self.answer(request, body.to_string().as_str())?)
            }
            None => data(self.answer(request, ())?),
        }
    }

    /// The data that a body of another kind than JSON is answered with.
    pub(in crate::cli) fn upload(
        &self,
        path: &str,
        content_type: &str,
        body: &mut dyn Read,
    ) -> anyhow::Result<Value> {
        let request =
            Request::builder().method(Method::POST).uri(self.uri(path)).header("Content-Type", content_type);
        data(self.answer(request, SendBody::from_reader(body))?)
    }

    /// The data that a form with files is answered with.
    pub(super) fn upload_form(&self, path: &str, form: Form<'_>) -> anyhow::Result<Value> {
        let mut request = self.agent.post(self.uri(path));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        data(request.send(form).with_context(|| self.unreachable())?)
    }

    /// An answer that is text, such as a table.
    pub(in crate::cli) fn text(&self, path: &str) -> anyhow::Result<String> {
        let mut answer = self.answer(Request::builder().uri(self.uri(path)), ())?;
        if !answer.status().is_success() {
            data(answer)?;
            bail!("the server refused and did not say why");
        }
        Ok(answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_string()?)
    }

    /// An answer that is JSON without an envelope.
    pub(in crate::cli) fn plain(&self, path: &str) -> anyhow::Result<Value> {
        serde_json::from_str(&self.text(path)?).context("the server answers with something else than JSON")
    }

    fn uri(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn answer(
        &self,
        mut request: ureq::http::request::Builder,
        body: impl ureq::AsSendBody,
    ) -> anyhow::Result<Response<Body>> {
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let request = request.body(body).with_context(|| {
            format!("{} or its token cannot be used: a URL is like http://127.0.0.1:50809", self.url)
        })?;
        self.agent.run(request).with_context(|| self.unreachable())
    }

    fn unreachable(&self) -> String {
        format!("cannot reach a server at {}: does it run? Name another one with --server", self.url)
    }
}

/// A path that holds `segment`, which may be any text, behind `before`.
pub(super) fn below(before: &str, segment: &str) -> String {
    format!("{before}/{}", utf8_percent_encode(segment, ENCODED))
}

/// A path with those of the parameters that have a value.
pub(super) fn with_query(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let given = parameters.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let query: Vec<String> =
        given.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ENCODED))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

fn is_local(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["localhost", "127.", "[::1]"].iter().any(|local| host.starts_with(local))
}

fn data(mut answer: Response<Body>) -> anyhow::Result<Value> {
    let status = answer.status();
    let text = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_string()?;
    let mut envelope: Value = serde_json::from_str(&text)
        .map_err(|_| anyhow!("what answers there ({status}) is no TikMatrix server: look at --server"))?;
    if envelope["code"] == 0 {
        return Ok(envelope["data"].take());
    }
    bail!("the server refuses (code {}): {}", envelope["code"], reasons(&envelope))
}

/// Every problem of a refused request on a line of its own; the message counts those that it does not name.
fn reasons(envelope: &Value) -> String {
    match envelope["data"].as_array() {
        Some(problems) if problems.len() > 1 => {
            let part = |problem: &Value, name: &str| problem[name].as_str().unwrap_or_default().to_owned();
            let line = |problem| format!("\n  {}: {}", part(problem, "field"), part(problem, "reason"));
            problems.iter().map(line).collect()
        }
        _ => envelope["message"].as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_stays_in_its_segment_and_its_parameter() {
        assert_eq!(below("/device", "a/../b?c#d é"), "/device/a%2F..%2Fb%3Fc%23d%20%C3%A9");
        let parameters = [("a", Some("1&b=2".to_owned())), ("c", None), ("d", Some("x y".to_owned()))];
        assert_eq!(with_query("/task", &parameters), "/task?a=1%26b%3D2&d=x%20y");
        assert_eq!(with_query("/task", &[("a", None)]), "/task");
    }

    #[test]
    fn only_this_machine_is_reached_without_the_proxy() {
        for url in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert!(is_local(url), "{url}");
        }
        assert!(!is_local("https://tikmatrix.example.com"));
    }
}
