//! lxml in a process of its own, which does a round for each line that it is sent.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use super::outcome::{Outcome, Times};
use super::queries::{self, Query};

pub(crate) struct Lxml {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    found: Vec<usize>,
    /// Of the screen and the queries, which the program reads.
    _folder: tempfile::TempDir,
}

impl Lxml {
    /// Starts the program for this screen.
    pub(crate) fn start(screen: &str, queries: &[Query]) -> Outcome<Self> {
        let python = std::env::var_os("TIKMATRIX_PYTHON")
            .ok_or("TIKMATRIX_PYTHON has to name a Python with lxml; use `cargo xtask bench ui`")?;
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("screen.xml"), screen)?;
        std::fs::write(folder.path().join("queries.json"), queries::TEXT)?;
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/ui/lxml_rounds.py");
        let mut process = Command::new(python)
            .arg(program)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = process.stdin.take().ok_or("no pipe to the program")?;
        let answers = BufReader::new(process.stdout.take().ok_or("no pipe from the program")?);
        let mut started = Self { process, orders, answers, found: Vec::new(), _folder: folder };
        started.found = serde_json::from_str(&started.line()?)?;
        if started.found.len() != queries.len() {
            return Err("the program looked for other elements".into());
        }
        Ok(started)
    }

    /// The number of matches of each query.
    pub(crate) fn found(&self) -> &[usize] {
        &self.found
    }

    /// Has one round done and returns its processor times.
    pub(crate) fn round(&mut self) -> Outcome<Times> {
        self.orders.write_all(b"\n")?;
        let [parse, evaluate]: [u64; 2] = serde_json::from_str(&self.line()?)?;
        Ok(Times { parse: Duration::from_nanos(parse), evaluate: Duration::from_nanos(evaluate) })
    }

    fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line)
    }
}

impl Drop for Lxml {
    fn drop(&mut self) {
        // It may have ended already; nothing is left to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
