//! The program as a test runs it: to its end, or as a server until the test is over.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// `tikmatrix` with these arguments, and without what the environment may say to it.
pub(crate) fn tikmatrix(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tikmatrix"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TIKMATRIX_")) {
        command.env_remove(name);
    }
    command.env("TIKMATRIX_ADB_SERVER", "off").env_remove("RUST_LOG");
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    tikmatrix(arguments).output().unwrap()
}

/// What a command that has to succeed writes to stdout.
pub(crate) fn done(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command that has to fail with exit status 1 writes to stderr.
pub(crate) fn refused(arguments: &[&str]) -> String {
    failed(arguments, 1)
}

/// What a command about something that does not exist writes to stderr.
pub(crate) fn missing(arguments: &[&str]) -> String {
    failed(arguments, 5)
}

fn failed(arguments: &[&str], status: i32) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A folder for one test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The path of `name` as an argument.
    pub(crate) fn name(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A server on the data directory `data`, with more options.
    pub(crate) fn serve(&self, more: &[&str]) -> Server {
        let data = self.name("data");
        Server::start(&[&["serve", "--port", "0", "--data-dir", &data], more].concat())
    }
}

/// A running server, which is killed when the test forgets it.
pub(crate) struct Server {
    child: Child,
    log: Receiver<String>,
    pub(crate) url: String,
}

/// How long a server may take for anything, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(60);

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = tikmatrix(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (sender, log) = channel();
        std::thread::spawn(move || {
            // The test may have forgotten the server.
            errors.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            panic!("{arguments:?} said {line:?}: {:?}", log.iter().collect::<Vec<_>>())
        };
        Self { url: url.to_owned(), child, log }
    }

    /// Waits for a line of the log.
    pub(crate) fn logs(&self, part: &str) -> String {
        let begin = Instant::now();
        loop {
            let line = self.log.recv_timeout(SOON.saturating_sub(begin.elapsed()));
            match line {
                Ok(line) if line.contains(part) => return line,
                Ok(_) => {}
                Err(error) => panic!("{part:?} is not in the log: {error}"),
            }
        }
    }

    /// Asks the server, and gives the status and the envelope.
    pub(crate) fn send(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.header("Content-Type", "application/json");
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut answer = agent.run(request.body(body).unwrap()).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, None)
    }

    /// Ends the server as an operator does, and gives what it logged.
    pub(crate) fn end(mut self) -> String {
        let line = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
        let log: Vec<String> = self.log.iter().collect();
        let log = log.join("\n");
        assert!(self.child.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file that takes no byte.
#[cfg(target_os = "linux")]
pub(crate) fn full() -> File {
    File::options().write(true).open(Path::new("/dev/full")).unwrap()
}
