//! The programs in `/system/bin` and the shell's built-in commands: finding one by its name and running it. What each
//! prints follows toybox and AOSP's services; pipes, quotes and variables are left to the shell.

mod android;
mod files;
mod latency;
mod options;
mod process;
pub(crate) mod shell;
mod table;

use std::sync::{Arc, MutexGuard};

pub(crate) use files::digest::hexadecimal;
pub(crate) use process::FIRST_SHELL;

use crate::filesystem::{FileSystem, join};
use crate::machine::Machine;
use crate::shell::{Session, Streams};

/// A command that was typed, with everything that it may touch.
pub(crate) struct Invocation<'a> {
    pub(crate) session: &'a mut Session,
    pub(crate) streams: &'a Streams,
    /// The name as it was typed.
    pub(crate) name: &'a str,
    /// What follows the name.
    pub(crate) arguments: &'a [String],
}

/// Runs a command and gives its exit status.
type Command = fn(&mut Invocation<'_>) -> u8;

/// Runs the command that `invocation` names.
pub(crate) fn run(invocation: &mut Invocation<'_>) -> u8 {
    let name = invocation.name;
    if let Some(command) = find(name) {
        if invocation.machine().is_realistic() {
            invocation.session.stop.sleep(latency::of(name, is_builtin(name)));
        }
        return command(invocation);
    }
    let path = join(&invocation.session.directory, name);
    let (message, status) = if name.contains('/') && invocation.files().metadata(&path, true).is_ok() {
        (format!("{name}: can't execute: Permission denied"), 126)
    } else {
        (format!("{name}: inaccessible or not found"), 127)
    };
    invocation.session.complain(invocation.streams, &message);
    status
}

/// The command of this name or path.
fn find(name: &str) -> Option<Command> {
    let short = name.strip_prefix("/system/bin/").or_else(|| name.strip_prefix("/bin/")).unwrap_or(name);
    table::COMMANDS.iter().find(|(known, _)| *known == short).map(|(_, command)| *command)
}

/// Whether a command of this name is one of the shell's own.
fn is_builtin(name: &str) -> bool {
    table::BUILTINS.contains(&name)
}

impl<'a> Invocation<'a> {
    /// Prints to the command's output; `false` once nobody reads it.
    pub(crate) fn print(&self, bytes: impl AsRef<[u8]>) -> bool {
        self.streams.output.write(bytes.as_ref())
    }

    /// Prints a line to the command's error output.
    pub(crate) fn print_error(&self, line: impl AsRef<str>) {
        self.streams.error.write(format!("{}\n", line.as_ref()).as_bytes());
    }

    /// Prints `NAME: message` to the error output and gives the exit status of a failure.
    pub(crate) fn fail(&self, message: impl AsRef<str>) -> u8 {
        let name = self.name.rsplit('/').next().unwrap_or(self.name);
        self.print_error(format!("{name}: {}", message.as_ref()));
        1
    }

    /// `path` seen from the shell's directory.
    pub(crate) fn path(&self, path: &str) -> String {
        join(&self.session.directory, path)
    }

    /// The phone's files. Held only while they are used: the other connections wait.
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

    /// The arguments as plain text slices.
    pub(crate) fn words(&self) -> Vec<&'a str> {
        self.arguments.iter().map(String::as_str).collect()
    }

    /// The content of a file, or of the standard input for `-`.
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if path == "-" {
            return Ok(self.streams.input.read_to_end());
        }
        let bytes = self.files().read(&self.path(path)).map(<[u8]>::to_vec);
        bytes.map_err(|error| format!("{path}: {error}"))
    }
}
