//! `tikmatrix serve` in a directory of its own: the typed client for what any program asks of it, and plain HTTP for what
//! a test checks of HTTP itself.

use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tikmatrix_client::api::Status;
use tikmatrix_client::api::materials::Material;
use tikmatrix_client::api::settings::SettingsPatch;
use tikmatrix_client::api::tasks::{NewTasks, TaskDetail};
use tikmatrix_client::{Client, Upload};

use super::{Program, Video, wait_for};

/// Until the server accepts requests, on a machine that is busy with other tests.
const TO_START: Duration = Duration::from_secs(30);
/// Until a task has ended, on a machine that is busy with other tests.
const TO_WORK: Duration = Duration::from_secs(120);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// Until the server has ended.
const TO_END: Duration = Duration::from_secs(30);

/// A running server.
pub(crate) struct Server {
    program: Program,
    agent: ureq::Agent,
    /// A client of it, with the token that it was started with.
    pub(crate) client: Client,
    pub(crate) url: String,
}

/// Sends a token along.
struct Bearer(Option<String>);

impl ureq::middleware::Middleware for Bearer {
    fn handle(
        &self,
        mut request: ureq::http::Request<ureq::SendBody>,
        next: ureq::middleware::MiddlewareNext,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        if let Some(value) = &self.0 {
            request.headers_mut().insert("Authorization", value.parse().unwrap());
        }
        next.handle(request)
    }
}

/// An answer: the HTTP status, and the JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Server {
    /// With `phones` virtual phones on the data in `directory`.
    pub(crate) fn start(directory: &TempDir, phones: usize) -> Self {
        Self::start_with(directory.path(), phones, &[])
    }

    /// With more arguments.
    pub(crate) fn start_with(data: &Path, phones: usize, more: &[&str]) -> Self {
        Self::start_for(None, data, phones, more)
    }

    /// With more arguments, and a token that goes along with every request of [`Server::get`] and its like.
    pub(crate) fn start_for(token: Option<&str>, data: &Path, phones: usize, more: &[&str]) -> Self {
        let (data, phones) = (data.join("data"), phones.to_string());
        let mut arguments =
            vec!["serve", "--port", "0", "--data-dir", data.to_str().unwrap(), "--virtual-phones", &phones];
        arguments.extend(more);
        Self::of(Program::start(&arguments), token)
    }

    /// The server that `program` will soon be.
    pub(crate) fn of(program: Program, token: Option<&str>) -> Self {
        let url = program.line("listening on", TO_START, |line| {
            line.strip_prefix("listening on ").map(|url| url.trim().to_owned())
        });
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(REQUEST_TIMEOUT))
            .middleware(Bearer(token.map(|token| format!("Bearer {token}"))))
            .build()
            .into();
        let mut client = Client::builder(&url).timeout(REQUEST_TIMEOUT);
        if let Some(token) = token {
            client = client.token(token);
        }
        Self { program, agent, client: client.build(), url }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        answer_of(self.agent.get(format!("{}{path}", self.url)).call())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        answer_of(self.agent.post(format!("{}{path}", self.url)).send_json(body))
    }

    /// Where it listens, without the scheme.
    pub(crate) fn authority(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Tells the server to end, as a service manager does, and does not wait for it.
    pub(crate) fn begin_to_end(&self) {
        self.program.signal("TERM");
    }

    /// Sends a body as it is, said to be JSON.
    pub(crate) fn post_text(&self, path: &str, body: &str) -> Answer {
        answer_of(self.agent.post(format!("{}{path}", self.url)).content_type("application/json").send(body))
    }

    /// Any request: with JSON, or without a body.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        let body = body.map(ToString::to_string).unwrap_or_default();
        answer_of(self.agent.run(request.body(body).unwrap()))
    }

    /// Uploads a video to the library and returns its material. `metadata` is that of the upload form.
    pub(crate) fn upload(&self, video: &Video, metadata: &Value) -> Material {
        let upload = Upload {
            name: "video.mp4".to_owned(),
            content: std::fs::File::open(video.path()).unwrap(),
            metadata: serde_json::from_value(metadata.clone()).unwrap(),
        };
        self.client.materials().upload(upload).unwrap().materials.remove(0).material
    }

    /// Creates one task for each of `serials` that posts `video` with `caption`.
    pub(crate) fn create(&self, serials: &[&str], caption: &str, video: &Video) -> Vec<i64> {
        let config = json!({
            "content_type": 0,
            "captions": caption,
            "material_list": [video.path()],
            "upload_wait_time": 60,
        });
        self.create_for(serials, "post", config)
    }

    /// Creates the tasks of a script for `serials`.
    pub(crate) fn create_for(&self, serials: &[&str], script: &str, config: Value) -> Vec<i64> {
        let serials = Some(serials.iter().copied().map(Into::into).collect());
        let tasks = NewTasks { serials, ..NewTasks::new(script, config) };
        self.client.tasks().create(&tasks).unwrap().task_ids
    }

    /// Pauses the server, or lets it go on.
    pub(crate) fn pause(&self, paused: bool) {
        let change = SettingsPatch { paused: Some(paused), ..SettingsPatch::default() };
        self.client.change_settings(&change).unwrap();
    }

    /// Returns the task as it is.
    pub(crate) fn task(&self, id: i64) -> TaskDetail {
        self.client.tasks().get(id).unwrap()
    }

    /// Waits until `is_so` and returns the task.
    pub(crate) fn task_when(&self, id: i64, what: &str, is_so: impl Fn(&TaskDetail) -> bool) -> TaskDetail {
        wait_for(&format!("task {id} to be {what}"), TO_WORK, || {
            let detail = self.task(id);
            let ended = detail.task.finished_at.is_some();
            assert!(is_so(&detail) || !ended, "task {id} ended without being {what}: {detail:#?}");
            is_so(&detail).then_some(detail)
        })
    }

    /// Waits until the task is completed and returns it; fails the test when it fails.
    pub(crate) fn completed(&self, id: i64) -> TaskDetail {
        self.task_when(id, "completed", |detail| detail.task.status_text == Status::Completed)
    }

    /// Waits until the task has failed and returns it.
    pub(crate) fn failed(&self, id: i64) -> TaskDetail {
        self.task_when(id, "failed", |detail| detail.task.status_text == Status::Failed)
    }

    /// Returns the accounts that the TikTok account of a virtual phone follows, in the order in which it followed them.
    pub(crate) fn following(&self, serial: &str) -> Vec<String> {
        let phone = self.virtual_phone(serial);
        let names = phone["apps"]["tiktok"]["accounts"][0]["following"].as_array().unwrap();
        names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// Returns caption and hash of everything that a virtual phone's TikTok accounts published, oldest first.
    pub(crate) fn posts(&self, serial: &str) -> Vec<(String, String)> {
        let phone = self.virtual_phone(serial);
        let accounts = phone["apps"]["tiktok"]["accounts"].as_array().unwrap();
        let posts = accounts.iter().flat_map(|account| account["posts"].as_array().unwrap());
        posts
            .map(|post| {
                let text = |field: &str| post[field].as_str().unwrap().to_owned();
                (text("caption"), text("media_sha256"))
            })
            .collect()
    }

    /// Returns what the oracle of a virtual phone reports.
    pub(crate) fn virtual_phone(&self, serial: &str) -> Value {
        let phones: Vec<Value> = self.client.json("/virtual/phones").unwrap();
        phones.into_iter().find(|phone| phone["serial"] == serial).unwrap()
    }

    /// What the server has said so far, on stdout and in its log.
    pub(crate) fn said(&self) -> String {
        self.program.output() + &self.program.errors()
    }

    /// Arms a fault on a virtual phone.
    pub(crate) fn arm(&self, serial: &str, fault: &Value) {
        let answer = self.post(&format!("/virtual/phones/{serial}/faults"), fault);
        assert!(answer.status < 300, "{answer:?}");
    }

    /// Ends the server as a service manager does.
    pub(crate) fn terminate(self) -> ExitStatus {
        self.begin_to_end();
        self.ended()
    }

    /// Waits for the end of a server that was told to end.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.program.end(TO_END)
    }

    /// Ends the server as a loss of power does.
    pub(crate) fn kill(mut self) {
        self.program.signal("KILL");
        self.program.end(TO_END);
    }
}

/// The answer in what the client got.
pub(crate) fn answer_of(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.unwrap();
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string().unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status, body }
}
