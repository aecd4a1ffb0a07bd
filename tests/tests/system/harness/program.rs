//! One running `tikmatrix`: its lines, its signals and its end.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::wait_for;

/// A process that is killed when the test forgets it.
pub(crate) struct Program {
    child: Child,
    lines: Mutex<Receiver<String>>,
    output: Arc<Mutex<String>>,
    errors: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Program {
    /// Starts `tikmatrix` with these arguments, and without what the environment may say to it.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_in(arguments, &[])
    }

    /// Starts `tikmatrix` with these arguments and these variables.
    pub(crate) fn start_in(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut program = command(Command::new(binary()), arguments);
        program.envs(environment.iter().copied());
        Self::spawn(program)
    }

    /// Starts `tikmatrix` with these arguments by way of another program, which becomes it.
    pub(crate) fn start_by(way: &[&str], arguments: &[&str]) -> Self {
        let mut program = Command::new(way[0]);
        program.args(&way[1..]).arg(binary());
        Self::spawn(command(program, arguments))
    }

    fn spawn(mut program: Command) -> Self {
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let output = Arc::new(Mutex::new(String::new()));
        let errors = Arc::new(Mutex::new(String::new()));
        let lines_out = read_lines(child.stdout.take().unwrap(), Arc::clone(&output), move |line| {
            // The receiver may be gone.
            let _ = sender.send(line);
        });
        let lines_err = read_lines(child.stderr.take().unwrap(), Arc::clone(&errors), |_| {});
        Self { child, lines: Mutex::new(lines), output, errors, readers: vec![lines_out, lines_err] }
    }

    /// Runs `tikmatrix` to its end, and gives all that it said.
    pub(crate) fn run(arguments: &[&str]) -> Output {
        command(Command::new(binary()), arguments).output().unwrap()
    }

    /// Runs lines of a shell that finds `tikmatrix` in its path, in a directory and with these variables, up to the first
    /// that fails.
    pub(crate) fn run_shell(lines: &str, directory: &Path, environment: &[(&str, &str)]) -> Output {
        let mut path = binary().parent().unwrap().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut shell = command(Command::new("sh"), &["-e", "-c", lines]);
        shell.envs(environment.iter().copied()).env("PATH", path).current_dir(directory);
        shell.output().unwrap()
    }

    /// The next line of stdout in which `find` finds something.
    pub(crate) fn line<Found>(
        &self,
        what: &str,
        limit: Duration,
        find: impl Fn(&str) -> Option<Found>,
    ) -> Found {
        let begin = Instant::now();
        let lines = self.lines.lock().unwrap();
        loop {
            match lines.recv_timeout(limit.saturating_sub(begin.elapsed())) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return found;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("waited in vain for {what}: {}", self.said()),
                Err(RecvTimeoutError::Disconnected) => panic!("ended without {what}: {}", self.said()),
            }
        }
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        // Every shell has `kill` built in; the program of that name is not everywhere.
        let line = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &line]).status().unwrap();
        assert!(status.success(), "`{line}` failed");
    }

    /// Waits for the end, and until all that the program wrote has been read.
    pub(crate) fn end(&mut self, limit: Duration) -> ExitStatus {
        let child = &mut self.child;
        let status = wait_for("the end of tikmatrix", limit, || child.try_wait().unwrap());
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        status
    }

    /// What was written to stdout so far.
    pub(crate) fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// What was written to stderr so far.
    pub(crate) fn errors(&self) -> String {
        self.errors.lock().unwrap().clone()
    }

    fn said(&self) -> String {
        format!("\n--- stdout\n{}--- stderr\n{}", self.output(), self.errors())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("tikmatrix said {}", self.said());
        }
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(
    stream: impl Read + Send + 'static,
    all: Arc<Mutex<String>>,
    take: impl Fn(String) + Send + 'static,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            {
                let mut all = all.lock().unwrap();
                all.push_str(&line);
                all.push('\n');
            }
            take(line);
        }
    })
}

/// `command` with these arguments, and without what the environment may say to `tikmatrix`.
fn command(mut command: Command, arguments: &[&str]) -> Command {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TIKMATRIX_")) {
        command.env_remove(name);
    }
    // The phones of this machine's adb server stay out of the tests.
    command.env("TIKMATRIX_ADB_SERVER", "off");
    command.env_remove("RUST_LOG").args(arguments).stdin(Stdio::null());
    command
}

/// The binary beside which these tests were built.
pub(crate) fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(Path::parent).unwrap();
    let path = profile.join(format!("tikmatrix{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "{} is missing: build it first with `cargo build --package tikmatrix-api`",
        path.display()
    );
    path
}
