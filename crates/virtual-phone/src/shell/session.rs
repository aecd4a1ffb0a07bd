//! The state of one shell: its directory, variables, exit status and bounds. What commands do to it is left to the
//! interpreter and the built-in commands.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use brush_parser::ast::FunctionBody;

use super::stop::Stop;
use super::streams::{MOST_BUFFERED, Output, Streams, lock};
use crate::machine::Machine;
use crate::shell::interpreter::interpret;
use crate::shell::syntax::parse;

/// The most simple commands that one `shell:` request runs, loops and background jobs included.
const MOST_COMMANDS: u64 = 20_000;
/// The most shells, substitutions and functions inside each other.
const DEEPEST: u32 = 24;
/// The most variables, and the most bytes in all of them.
const MOST_VARIABLES: usize = 1000;
const MOST_VARIABLE_BYTES: usize = 8 * 1024 * 1024;
/// The most background jobs of one request.
const MOST_JOBS: u64 = 16;

/// Why the commands that follow are not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// `exit`, or an error that ends the shell.
    Shell,
    /// `return`.
    Function,
    /// `break`, out of so many loops.
    Loops(u32),
    /// `continue` in the loop so many levels up.
    ToNextRound(u32),
}

/// One shell, or a subshell of one.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) machine: Arc<Machine>,
    pub(crate) directory: String,
    pub(crate) arguments: Vec<String>,
    /// The exit status of the last command.
    pub(crate) status: u8,
    pub(crate) process: u32,
    pub(crate) last_background: Option<u32>,
    pub(crate) stop: Arc<Stop>,
    pub(crate) leaving: Option<Leaving>,
    /// What `exec` opened, until the list that it stands in takes it over.
    pub(crate) lasting_streams: Option<Streams>,
    pub(super) functions: BTreeMap<String, FunctionBody>,
    variables: BTreeMap<String, String>,
    commands_left: Arc<AtomicU64>,
    jobs: Arc<AtomicU64>,
    depth: u32,
}

impl Session {
    /// A shell as adbd starts it, with `TERM` in its environment.
    pub(crate) fn new(machine: Arc<Machine>, stop: Arc<Stop>, process: u32, terminal: &str) -> Self {
        let fixed = ENVIRONMENT.iter().copied().chain([("TERM", terminal)]);
        let variables = fixed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self {
            process,
            machine,
            directory: "/".to_owned(),
            arguments: Vec::new(),
            status: 0,
            last_background: None,
            stop,
            leaving: None,
            lasting_streams: None,
            functions: BTreeMap::new(),
            variables,
            commands_left: Arc::new(AtomicU64::new(MOST_COMMANDS)),
            jobs: Arc::default(),
            depth: 0,
        }
    }

    /// Runs `line` here and gives its exit status, which is kept for `$?`.
    pub(crate) fn run(&mut self, streams: &Streams, line: &str) -> u8 {
        match parse::program(line) {
            Ok(program) => interpret::program(self, streams, &program),
            Err(message) => {
                self.complain(streams, &message);
                self.status = 1;
            }
        }
        self.status
    }

    /// Runs `line` in a subshell and gives what it printed, without the line breaks at the end.
    pub(super) fn capture(&mut self, streams: &Streams, line: &str) -> Result<String, String> {
        let mut inner = self.subshell()?;
        let (output, bytes) = Output::buffer();
        self.status = inner.run(&Streams { output, ..streams.clone() }, line);
        let bytes = std::mem::take(&mut *lock(&bytes));
        let text = String::from_utf8_lossy(&bytes).replace('\0', "");
        Ok(text.trim_end_matches('\n').to_owned())
    }

    /// A copy in which changes stay; refused when too many are inside each other.
    pub(crate) fn subshell(&self) -> Result<Self, String> {
        let mut inner = self.clone();
        inner.leaving = None;
        inner.lasting_streams = None;
        inner.depth += 1;
        if inner.depth > DEEPEST { Err("nesting too deep".to_owned()) } else { Ok(inner) }
    }

    /// A copy as a process of its own has it: the variables, but no functions and no arguments.
    pub(crate) fn child_shell(&self) -> Result<Self, String> {
        let mut child = self.subshell()?;
        child.functions.clear();
        child.arguments.clear();
        child.process = self.machine.next_process();
        Ok(child)
    }

    /// Undoes what [`Self::subshell`] counted, for a copy that takes the place of the shell it was made from.
    pub(crate) fn rise(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Whether one more command may run; says so once when not, and leaves the shell.
    pub(super) fn take_turn(&mut self, streams: &Streams) -> bool {
        if self.leaving.is_some() {
            return false;
        }
        if self.stop.is_stopped() {
            self.leave(137);
            return false;
        }
        let one_less = |left: u64| left.checked_sub(1);
        if self.commands_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_err() {
            self.complain(streams, "too many commands");
            self.leave(1);
            return false;
        }
        true
    }

    /// Ends the shell with `status`.
    pub(crate) fn leave(&mut self, status: u8) {
        self.status = status;
        self.leaving = Some(Leaving::Shell);
    }

    /// Prints `message` as the shell prints its own errors.
    pub(crate) fn complain(&self, streams: &Streams, message: &str) {
        streams.error.write(format!("/system/bin/sh: {message}\n").as_bytes());
    }

    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        if name == "PWD" { Some(self.directory.clone()) } else { self.variables.get(name).cloned() }
    }

    /// Sets a variable; `false` when there are too many or they are too long together.
    pub(crate) fn set_variable(&mut self, name: &str, value: String) -> bool {
        let is_new = !self.variables.contains_key(name);
        let others = self.variables.iter().filter(|(other, _)| *other != name);
        let held: usize = others.map(|(other, value)| other.len() + value.len()).sum();
        let fits = held + name.len() + value.len() <= MOST_VARIABLE_BYTES;
        if !fits || (is_new && self.variables.len() >= MOST_VARIABLES) {
            return false;
        }
        self.variables.insert(name.to_owned(), value);
        true
    }

    /// A place for a background job; `None` when there are too many.
    pub(super) fn start_job(&self) -> Option<Job> {
        let one_more = |running: u64| (running < MOST_JOBS).then_some(running + 1);
        let counted = self.jobs.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        counted.is_ok().then(|| Job(Arc::clone(&self.jobs)))
    }

    pub(crate) fn unset_variable(&mut self, name: &str) {
        self.variables.remove(name);
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = (&String, &String)> {
        self.variables.iter()
    }

    pub(super) fn replace_variables(&mut self, variables: BTreeMap<String, String>) {
        self.variables = variables;
    }

    pub(super) fn copy_variables(&self) -> BTreeMap<String, String> {
        self.variables.clone()
    }

    /// Refuses a word that has grown beyond what a pipe may hold.
    pub(super) fn check_size(&self, bytes: usize) -> Result<(), String> {
        if bytes > MOST_BUFFERED { Err("out of memory".to_owned()) } else { Ok(()) }
    }
}

/// A background job that runs, counted until it is dropped.
pub(super) struct Job(Arc<AtomicU64>);

impl Drop for Job {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

const ENVIRONMENT: &[(&str, &str)] = &[
    ("ANDROID_DATA", "/data"),
    ("ANDROID_ROOT", "/system"),
    ("EXTERNAL_STORAGE", "/sdcard"),
    ("HOME", "/"),
    ("HOSTNAME", "localhost"),
    ("LOGNAME", "shell"),
    ("PATH", "/product/bin:/apex/com.android.runtime/bin:/system/bin:/system/xbin:/odm/bin:/vendor/bin"),
    ("SHELL", "/bin/sh"),
    ("TMPDIR", "/data/local/tmp"),
    ("USER", "shell"),
];
