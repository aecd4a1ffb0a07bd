//! A server without phones in the test's own process, with one script made for the purpose, and HTTP to it.

pub(crate) mod clock;
pub(crate) mod endpoints;
pub(crate) mod form;
pub(crate) mod tokens;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tikmatrix_api::{Server, ServerConfig};
use tikmatrix_device::script::{
    Completion, Context, Failure, Fields, Problems, Script, ScriptRegistry, async_trait,
};
use tikmatrix_domain::AppId;

/// A script whose configuration has one field, `words`: one task for each.
struct Say;

#[async_trait]
impl Script for Say {
    type Config = Map<String, Value>;

    fn name(&self) -> &'static str {
        "say"
    }

    fn description(&self) -> &'static str {
        "Says words"
    }

    fn check(&self, config: &Self::Config, _fields: &Fields<'_>, problems: &mut Problems) {
        if config.get("words").is_some_and(|words| !words.is_array() && !words.is_null()) {
            problems.add("words", "is wrong");
            problems.add("words[0]", "is wrong");
        }
    }

    fn tasks(&self, config: &Self::Config, _given: Map<String, Value>) -> Vec<Map<String, Value>> {
        let words = |words: Value| Map::from_iter([("words".to_owned(), words)]);
        match config.get("words").and_then(Value::as_array) {
            Some(each) => each.iter().map(|word| words(json!([word]))).collect(),
            None => vec![words(json!([]))],
        }
    }

    async fn run(&self, _context: &mut Context, _config: Self::Config) -> Result<Completion, Failure> {
        Ok(Completion::new("said"))
    }
}

/// A running server and a client of it.
pub(crate) struct Api {
    server: Option<Server>,
    agent: ureq::Agent,
    _directory: Option<TempDir>,
}

/// An answer: the HTTP status and the envelope.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) allow: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) content_range: Option<String>,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> i64 {
        self.body["code"].as_i64().unwrap_or_else(|| panic!("no code in {self:?}"))
    }

    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_else(|| panic!("no message in {self:?}"))
    }

    /// The fields of the problems in `data`.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let problems = self.body["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        problems.iter().map(|problem| problem["field"].as_str().unwrap()).collect()
    }
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With a changed configuration.
    pub(crate) async fn start_with(more: impl FnOnce(&mut ServerConfig)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let api = Self::start_in(directory.path(), more).await;
        Self { _directory: Some(directory), ..api }
    }

    /// On a data directory that the test keeps.
    pub(crate) async fn start_in(directory: &Path, more: impl FnOnce(&mut ServerConfig)) -> Self {
        let scripts = ScriptRegistry::default().with(Say);
        let apps = ["tiktok", "instagram"].map(|name| AppId::new(name).unwrap()).into();
        let mut config = ServerConfig { port: 0, scripts, apps, ..ServerConfig::new(directory) };
        more(&mut config);
        let server = Server::start(config).await.unwrap();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
        Self { server: Some(server), agent, _directory: None }
    }

    pub(crate) async fn stop(mut self) {
        self.server.take().unwrap().shutdown().await;
    }

    pub(crate) fn url(&self) -> String {
        self.server.as_ref().unwrap().url()
    }

    /// The host and port.
    pub(crate) fn authority(&self) -> String {
        self.url().replace("http://", "")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Vec::new()).await
    }

    /// Asks until the answer is as wanted, which is waited for at most a minute.
    pub(crate) async fn get_when(&self, path: &str, is_so: impl Fn(&Answer) -> bool) -> Answer {
        let begin = Instant::now();
        loop {
            let answer = self.get(path).await;
            if is_so(&answer) {
                return answer;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "{path} stays {answer:?}");
        }
    }

    pub(crate) async fn post(&self, body: &Value) -> Answer {
        self.post_bytes(body.to_string().into_bytes()).await
    }

    pub(crate) async fn post_bytes(&self, body: Vec<u8>) -> Answer {
        self.send("POST", "/api/v1/task", &[("Content-Type", "application/json")], body).await
    }

    /// Asks under an `Idempotency-Key`.
    pub(crate) async fn post_once(&self, key: &str, body: &Value) -> Answer {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
        self.send("POST", "/api/v1/task", &headers, body.to_string().into_bytes()).await
    }

    /// One task as it is.
    pub(crate) async fn task(&self, id: &Value) -> Value {
        self.get(&format!("/api/v1/task/{id}")).await.body["data"].clone()
    }

    /// Sends a body that says that it is JSON; `null` is no body.
    pub(crate) async fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send(method, path, &[("Content-Type", "application/json")], bytes).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], Vec::new()).await
    }

    /// What comes of a path that answers with text: its media type, and the text.
    pub(crate) async fn text(&self, path: &str) -> (String, String) {
        let (agent, url) = (self.agent.clone(), format!("{}{path}", self.url()));
        let answered = tokio::task::spawn_blocking(move || agent.get(url).call());
        let mut response = answered.await.unwrap().unwrap();
        let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        (content_type, response.body_mut().read_to_string().unwrap())
    }

    /// What comes of asking whether a path's answer is another than the one that had this tag: the status, and the tag
    /// of the answer.
    pub(crate) async fn ask_again(&self, path: &str, tag: &str) -> (u16, String) {
        let request = self.agent.get(format!("{}{path}", self.url())).header("If-None-Match", tag);
        let mut response = tokio::task::spawn_blocking(move || request.call()).await.unwrap().unwrap();
        let tag = response.headers()["etag"].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        assert_eq!(response.body_mut().read_to_string().unwrap().is_empty(), status == 304);
        (status, tag)
    }

    /// The head and the bytes of an answer that is a file.
    pub(crate) async fn bytes(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (ureq::http::Response<()>, Vec<u8>) {
        let mut request = ureq::http::Request::get(format!("{}{path}", self.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (request, agent) = (request.body(()).unwrap(), self.agent.clone());
        let (head, mut body) =
            tokio::task::spawn_blocking(move || agent.run(request)).await.unwrap().unwrap().into_parts();
        (ureq::http::Response::from_parts(head, ()), body.read_to_vec().unwrap())
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).unwrap();
        let agent = self.agent.clone();
        let mut response = tokio::task::spawn_blocking(move || agent.run(request)).await.unwrap().unwrap();
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (allow, retry_after, content_range) =
            (header("allow"), header("retry-after"), header("content-range"));
        let status = response.status().as_u16();
        Answer {
            status,
            allow,
            retry_after,
            content_range,
            body: response.body_mut().read_json().expect("every answer is JSON"),
        }
    }
}
