//! Built-in commands that change the shell, and those that run other commands.

use crate::shell::interpreter::interpret;
use crate::shell::session::{Invocation, Session, Unwind};
use crate::shell::streams::Streams;

pub(crate) fn succeed(_: &mut Invocation<'_>) -> u8 {
    0
}

pub(crate) fn fail(_: &mut Invocation<'_>) -> u8 {
    1
}

pub(crate) fn exit(invocation: &mut Invocation<'_>) -> u8 {
    let status = status_argument(invocation);
    invocation.session.exit(status);
    status
}

pub(crate) fn return_from_function(invocation: &mut Invocation<'_>) -> u8 {
    invocation.session.unwind = Some(Unwind::Return);
    status_argument(invocation)
}

pub(crate) fn leave_loops(invocation: &mut Invocation<'_>) -> u8 {
    invocation.session.unwind = Some(Unwind::Break(levels(invocation)));
    0
}

pub(crate) fn next_round(invocation: &mut Invocation<'_>) -> u8 {
    invocation.session.unwind = Some(Unwind::Continue(levels(invocation)));
    0
}

/// The low eight bits of the given number, as in the kernel; else the last status.
fn status_argument(invocation: &Invocation<'_>) -> u8 {
    match invocation.arguments.first().and_then(|word| word.parse::<i64>().ok()) {
        Some(number) => number.to_le_bytes()[0],
        None => invocation.session.status,
    }
}

fn levels(invocation: &Invocation<'_>) -> u32 {
    invocation.arguments.first().and_then(|word| word.parse().ok()).unwrap_or(1).max(1)
}

pub(crate) fn change_directory(invocation: &mut Invocation<'_>) -> u8 {
    let target = match invocation.arguments.first().map(String::as_str) {
        None => invocation.session.variable("HOME").unwrap_or_else(|| "/".to_owned()),
        Some("-") => invocation.session.variable("OLDPWD").unwrap_or_else(|| "/".to_owned()),
        Some(path) => path.to_owned(),
    };
    let path = flatten(&invocation.path(&target));
    let found = invocation.files().metadata(&path, true);
    let message = match found {
        Ok(found) if found.is_directory() => {
            let old = std::mem::replace(&mut invocation.session.directory, path);
            invocation.session.set_variable("OLDPWD", old);
            return 0;
        }
        Ok(_) => "Not a directory".to_owned(),
        Err(error) => error.to_string(),
    };
    invocation.session.print_error(invocation.streams, &format!("cd: {target}: {message}"));
    2
}

/// Removes `.` and `..` from the text, like mksh's logical `cd`.
fn flatten(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

pub(crate) fn print_directory(invocation: &mut Invocation<'_>) -> u8 {
    u8::from(!invocation.print(format!("{}\n", invocation.session.directory)))
}

/// `export` and `local`: every variable is exported here, so that they only assign.
pub(crate) fn export(invocation: &mut Invocation<'_>) -> u8 {
    for word in invocation.words() {
        if let Some((name, value)) = word.split_once('=') {
            invocation.session.set_variable(name, value.to_owned());
        }
    }
    0
}

pub(crate) fn unset(invocation: &mut Invocation<'_>) -> u8 {
    for word in invocation.words() {
        invocation.session.variables.unset(word);
    }
    0
}

/// `set -- ARGUMENT…`; options such as `-e` are ignored.
pub(crate) fn set(invocation: &mut Invocation<'_>) -> u8 {
    if let Some(at) = invocation.arguments.iter().position(|word| word == "--") {
        invocation.session.arguments = invocation.arguments[at + 1..].to_vec();
    }
    0
}

pub(crate) fn shift(invocation: &mut Invocation<'_>) -> u8 {
    let count = invocation.arguments.first().and_then(|word| word.parse().ok()).unwrap_or(1);
    let arguments = &mut invocation.session.arguments;
    if count > arguments.len() {
        return 1;
    }
    arguments.drain(..count);
    0
}

pub(crate) fn eval(invocation: &mut Invocation<'_>) -> u8 {
    let line = invocation.arguments.join(" ");
    nested(invocation, |session, streams| interpret::run(session, streams, &line), true)
}

/// `exec >FILE` changes the shell's own streams; `exec COMMAND` runs a command in the shell's place.
pub(crate) fn exec(invocation: &mut Invocation<'_>) -> u8 {
    let Some((name, arguments)) = invocation.arguments.split_first() else {
        invocation.session.lasting_streams = Some(invocation.streams.clone());
        return 0;
    };
    invocation.machine().command_log.add(invocation.arguments);
    let status = invocation.run_other(name, arguments);
    invocation.session.exit(status);
    status
}

/// `sh -c LINE [NAME [ARGUMENT…]]`, `sh FILE [ARGUMENT…]`, or lines from the standard input.
pub(crate) fn sh(invocation: &mut Invocation<'_>) -> u8 {
    let words: Vec<String> = invocation.arguments.to_vec();
    match words.split_first() {
        Some((option, rest)) if option == "-c" => {
            let Some((line, rest)) = rest.split_first() else {
                return invocation.fail("-c requires an argument");
            };
            let arguments = rest.iter().skip(1).cloned().collect();
            script(invocation, line, arguments)
        }
        Some((path, rest)) if !path.starts_with('-') => match invocation.read(path) {
            Ok(bytes) => script(invocation, &String::from_utf8_lossy(&bytes), rest.to_vec()),
            Err(message) => {
                invocation.session.print_error(invocation.streams, &message);
                127
            }
        },
        _ => nested(
            invocation,
            |session, streams| {
                while session.unwind.is_none()
                    && let Some(line) = streams.input.read_line()
                {
                    interpret::run(session, streams, &String::from_utf8_lossy(&line));
                }
                session.status
            },
            false,
        ),
    }
}

fn script(invocation: &mut Invocation<'_>, text: &str, arguments: Vec<String>) -> u8 {
    nested(
        invocation,
        |session, streams| {
            session.arguments = arguments;
            interpret::run(session, streams, text)
        },
        false,
    )
}

/// Runs `action` in a nested shell. With `keep`, its changes stay.
fn nested(
    invocation: &mut Invocation<'_>,
    action: impl FnOnce(&mut Session, &Streams) -> u8,
    keep: bool,
) -> u8 {
    let inner = if keep { invocation.session.subshell() } else { invocation.session.child_shell() };
    match inner {
        Ok(mut inner) => {
            let status = action(&mut inner, invocation.streams);
            if keep {
                inner.limits.leave();
                *invocation.session = inner;
            }
            status
        }
        Err(message) => {
            invocation.session.print_error(invocation.streams, &message);
            1
        }
    }
}

/// `read [-r] [NAME…]`: reads one line and splits it over the names.
pub(crate) fn read(invocation: &mut Invocation<'_>) -> u8 {
    let names: Vec<&str> = invocation.words().into_iter().filter(|word| !word.starts_with('-')).collect();
    let names = if names.is_empty() { vec!["REPLY"] } else { names };
    let Some(line) = invocation.streams.input.read_line() else { return 1 };
    let line = String::from_utf8_lossy(&line).into_owned();
    let mut rest = line.trim_matches([' ', '\t']);
    for (index, name) in names.iter().enumerate() {
        let (word, after) = if index + 1 == names.len() {
            (rest, "")
        } else {
            rest.split_once([' ', '\t']).unwrap_or((rest, ""))
        };
        invocation.session.set_variable(name, word.to_owned());
        rest = after.trim_start_matches([' ', '\t']);
    }
    0
}

/// `command NAME …` runs a command, `command -v NAME` prints its path.
pub(crate) fn command(invocation: &mut Invocation<'_>) -> u8 {
    match invocation.arguments.split_first() {
        Some((option, names)) if option == "-v" => {
            names.iter().fold(0, |status, name| match location(invocation, name) {
                Some(place) => status | u8::from(!invocation.print(format!("{place}\n"))),
                None => 1,
            })
        }
        Some((name, arguments)) => invocation.run_other(name, arguments),
        None => 0,
    }
}

pub(crate) fn type_of(invocation: &mut Invocation<'_>) -> u8 {
    let mut status = 0;
    for name in invocation.words() {
        let line = if invocation.session.commands.is_builtin(name) {
            format!("{name} is a shell builtin\n")
        } else if let Some(place) = location(invocation, name) {
            format!("{name} is {place}\n")
        } else {
            status = 1;
            format!("{name} not found\n")
        };
        invocation.print(line);
    }
    status
}

pub(crate) fn which(invocation: &mut Invocation<'_>) -> u8 {
    invocation.words().into_iter().fold(0, |status, name| match invocation.session.commands.find(name) {
        Some(_) => status | u8::from(!invocation.print(format!("/system/bin/{name}\n"))),
        None => 1,
    })
}

fn location(invocation: &Invocation<'_>, name: &str) -> Option<String> {
    invocation.session.commands.find(name)?;
    Some(if invocation.session.commands.is_builtin(name) || name.starts_with('/') {
        name.to_owned()
    } else {
        format!("/system/bin/{name}")
    })
}

/// `toybox NAME …`: the same commands.
pub(crate) fn toybox(invocation: &mut Invocation<'_>) -> u8 {
    let Some((name, arguments)) = invocation.arguments.split_first() else { return 0 };
    if invocation.session.commands.find(name).is_none() || name.contains('/') {
        return invocation.fail(format!("Unknown command {name} (see \"toybox --help\")")).max(127);
    }
    invocation.machine().command_log.add(invocation.arguments);
    invocation.run_other(name, arguments)
}
