//! A client in another language: a program that reads what to do line by line, and says how many results were wrong.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::outcome::Outcome;
use super::server;

pub(crate) struct Worker {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Where such programs are found and how they are started.
#[derive(Clone, Copy)]
pub(crate) struct Language {
    pub(crate) name: &'static str,
    program: &'static str,
    /// The variable that says where the packages are; without it the client is left out.
    variable: &'static str,
    command: fn(&OsString) -> Command,
}

pub(crate) const LANGUAGES: [Language; 2] = [
    Language {
        name: "adbutils 2.12",
        program: "adbutils_worker.py",
        variable: "TIKMATRIX_PYTHON",
        command: |python| Command::new(python),
    },
    Language {
        name: "adbkit 3.3",
        program: "adbkit_worker.js",
        variable: "TIKMATRIX_NODE_MODULES",
        command: |modules| {
            let mut node = Command::new("node");
            node.env("NODE_PATH", modules);
            node
        },
    },
];

impl Worker {
    /// Starts the program of `language`, if its packages are there, for these phones.
    pub(crate) fn start(language: Language, addresses: &[String]) -> Outcome<Option<Self>> {
        let Some(place) = std::env::var_os(language.variable) else { return Ok(None) };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/adb/programs");
        let mut command = (language.command)(&place);
        command.arg(folder.join(language.program)).args(addresses);
        command.env("ANDROID_ADB_SERVER_PORT", server::PORT.to_string());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = process.stdin.take().ok_or("no pipe to the program")?;
        let answers = BufReader::new(process.stdout.take().ok_or("no pipe from the program")?);
        Ok(Some(Self { process, orders, answers }))
    }

    /// Has one line done and gives the number of wrong results, with the times of calls where many were made.
    pub(crate) fn order(&mut self, words: &[&str]) -> Outcome<(usize, Vec<f64>)> {
        writeln!(self.orders, "{}", words.join("\t"))?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let told = || format!("{words:?} was answered with {answer:?}");
        let mut numbers = answer.split_whitespace();
        let wrong = numbers.next().and_then(|number| number.parse().ok()).ok_or_else(told)?;
        let times = numbers.map(str::parse).collect::<Result<_, _>>().map_err(|_| told())?;
        Ok((wrong, times))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already; nothing is left to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
