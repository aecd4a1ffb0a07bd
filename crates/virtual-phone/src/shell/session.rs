//! The state of one shell, and the commands that run in it: a command gets the shell that runs it, and a shell knows
//! the commands. Running lines is left to the interpreter.

use std::collections::BTreeMap;
use std::sync::Arc;

use brush_parser::ast::FunctionBody;
use parking_lot::MutexGuard;

use crate::filesystem::{FileSystem, join};
use crate::machine::Machine;
use crate::shell::latency::latency_of;
use crate::shell::limits::Limits;
use crate::shell::streams::Streams;
use crate::shell::variables::Variables;
use crate::system::stop::StopSignal;

/// Why the commands that follow are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unwind {
    /// `exit`, or an error that ends the shell.
    Exit,
    /// `return`.
    Return,
    /// `break`, out of this many loops.
    Break(u32),
    /// `continue` in the loop this many levels up.
    Continue(u32),
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
    pub(crate) stop: Arc<StopSignal>,
    pub(crate) unwind: Option<Unwind>,
    /// What `exec` opened, until the list in which it stands takes it over.
    pub(crate) lasting_streams: Option<Streams>,
    pub(crate) functions: BTreeMap<String, FunctionBody>,
    pub(crate) variables: Variables,
    pub(crate) limits: Limits,
    pub(crate) commands: &'static CommandTable,
}

impl Session {
    /// A shell as adbd starts it, with `TERM=terminal` in its environment.
    pub(crate) fn new(
        machine: Arc<Machine>,
        commands: &'static CommandTable,
        stop: Arc<StopSignal>,
        process: u32,
        terminal: &str,
    ) -> Self {
        Self {
            process,
            machine,
            directory: "/".to_owned(),
            arguments: Vec::new(),
            status: 0,
            last_background: None,
            stop,
            unwind: None,
            lasting_streams: None,
            functions: BTreeMap::new(),
            variables: Variables::new(terminal),
            limits: Limits::default(),
            commands,
        }
    }

    /// A copy whose changes do not reach this shell; an error when too many are inside each other.
    pub(crate) fn subshell(&self) -> Result<Self, String> {
        let mut inner = self.clone();
        inner.unwind = None;
        inner.lasting_streams = None;
        inner.limits.enter()?;
        Ok(inner)
    }

    /// A shell in a process of its own: with the variables, without functions and arguments.
    pub(crate) fn child_shell(&self) -> Result<Self, String> {
        let mut child = self.subshell()?;
        child.functions.clear();
        child.arguments.clear();
        child.process = self.machine.processes.next_id();
        Ok(child)
    }

    /// Whether one more command may run. When not, reports it and ends the shell.
    pub(crate) fn take_turn(&mut self, streams: &Streams) -> bool {
        if self.unwind.is_some() {
            return false;
        }
        if self.stop.is_stopped() {
            self.exit(137);
            return false;
        }
        if !self.limits.take_command() {
            self.abort(streams, "too many commands");
            return false;
        }
        true
    }

    /// Ends the shell with `status`.
    pub(crate) fn exit(&mut self, status: u8) {
        self.status = status;
        self.unwind = Some(Unwind::Exit);
    }

    /// Prints `message` and ends the shell, as mksh does on an error in an expansion.
    pub(crate) fn abort(&mut self, streams: &Streams, message: &str) {
        self.print_error(streams, message);
        self.exit(1);
    }

    /// Prints `message` and goes on with the status of a failure.
    pub(crate) fn fail(&mut self, streams: &Streams, message: &str) {
        self.print_error(streams, message);
        self.status = 1;
    }

    /// Prints `message` as the shell prints its own errors.
    pub(crate) fn print_error(&self, streams: &Streams, message: &str) {
        streams.error.write(format!("/system/bin/sh: {message}\n").as_bytes());
    }

    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        if name == "PWD" { Some(self.directory.clone()) } else { self.variables.get(name).cloned() }
    }

    /// Sets a variable; `false` when there are too many or they are too long together.
    pub(crate) fn set_variable(&mut self, name: &str, value: String) -> bool {
        self.variables.set(name, value)
    }
}

/// Runs a command and returns its exit status.
pub(crate) type Command = fn(&mut Invocation<'_>) -> u8;

/// The commands that a shell can run.
pub(crate) struct CommandTable {
    /// Names, each with what it runs.
    pub(crate) commands: &'static [(&'static str, Command)],
    /// The names of the shell's built-in commands, as `type` shows them.
    pub(crate) builtins: &'static [&'static str],
}

impl CommandTable {
    /// The command of this name or path.
    pub(crate) fn find(&self, name: &str) -> Option<Command> {
        let short = name.strip_prefix("/system/bin/").or_else(|| name.strip_prefix("/bin/")).unwrap_or(name);
        self.commands.iter().find(|(known, _)| *known == short).map(|(_, command)| *command)
    }

    pub(crate) fn is_builtin(&self, name: &str) -> bool {
        self.builtins.contains(&name)
    }
}

/// A command line after expansion, with everything that the command may touch.
pub(crate) struct Invocation<'a> {
    pub(crate) session: &'a mut Session,
    pub(crate) streams: &'a Streams,
    /// The name as it was typed.
    pub(crate) name: &'a str,
    /// The words after the name.
    pub(crate) arguments: &'a [String],
}

impl<'a> Invocation<'a> {
    /// Runs the command that the name means.
    pub(crate) fn run(&mut self) -> u8 {
        let name = self.name;
        if let Some(command) = self.session.commands.find(name) {
            if self.machine().is_realistic() {
                self.session.stop.sleep(latency_of(name, self.session.commands.is_builtin(name)));
            }
            return command(self);
        }
        let (message, status) = if name.contains('/') && self.files().metadata(&self.path(name), true).is_ok()
        {
            (format!("{name}: can't execute: Permission denied"), 126)
        } else {
            (format!("{name}: inaccessible or not found"), 127)
        };
        self.session.print_error(self.streams, &message);
        status
    }

    /// Runs another command in place of this one, with the same streams.
    pub(crate) fn run_other(&mut self, name: &str, arguments: &[String]) -> u8 {
        Invocation { session: self.session, streams: self.streams, name, arguments }.run()
    }

    /// Prints to the command's output; `false` once its reader is gone.
    pub(crate) fn print(&self, bytes: impl AsRef<[u8]>) -> bool {
        self.streams.output.write(bytes.as_ref())
    }

    /// Prints a line to the command's error output.
    pub(crate) fn print_error(&self, line: impl AsRef<str>) {
        self.streams.error.write(format!("{}\n", line.as_ref()).as_bytes());
    }

    /// Prints `NAME: message` to the error output and returns the exit status of a failure.
    pub(crate) fn fail(&self, message: impl AsRef<str>) -> u8 {
        let name = self.name.rsplit('/').next().unwrap_or(self.name);
        self.print_error(format!("{name}: {}", message.as_ref()));
        1
    }

    /// `path` as an absolute path, from the shell's directory.
    pub(crate) fn path(&self, path: &str) -> String {
        join(&self.session.directory, path)
    }

    /// The phone's files, locked: the other connections wait meanwhile.
    pub(crate) fn files(&self) -> MutexGuard<'_, FileSystem> {
        self.session.machine.files()
    }

    pub(crate) fn machine(&self) -> &Arc<Machine> {
        &self.session.machine
    }

    /// The present moment in seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        self.session.machine.seconds()
    }

    pub(crate) fn words(&self) -> Vec<&'a str> {
        self.arguments.iter().map(String::as_str).collect()
    }

    /// The content of a file, or of the standard input for `-`.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if path == "-" {
            return Ok(self.streams.input.read_to_end());
        }
        let bytes = self.files().read(&self.path(path)).map(<[u8]>::to_vec);
        bytes.map_err(|error| format!("{path}: {error}"))
    }
}
