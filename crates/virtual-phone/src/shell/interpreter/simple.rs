//! Simple commands: assignments, redirections, words, then a function or a command, recorded in the phone's log.

use brush_parser::ast::{
    Assignment, AssignmentName, AssignmentValue, CommandPrefixOrSuffixItem as Item, IoRedirect,
    SimpleCommand, Word,
};

use crate::shell::interpreter::{expand, interpret, redirect};
use crate::shell::session::{Invocation, Session};
use crate::shell::streams::Streams;

pub(crate) fn run(session: &mut Session, streams: &Streams, command: &SimpleCommand) {
    if !session.take_turn(streams) {
        return;
    }
    let parts = Parts::of(command);
    if let Err(message) = run_parts(session, streams, &parts) {
        session.abort(streams, &message);
    }
}

#[derive(Default)]
struct Parts<'a> {
    assignments: Vec<&'a Assignment>,
    redirects: Vec<&'a IoRedirect>,
    words: Vec<&'a Word>,
}

impl<'a> Parts<'a> {
    fn of(command: &'a SimpleCommand) -> Self {
        let mut parts = Self::default();
        for item in command.prefix.iter().flat_map(|prefix| &prefix.0) {
            match item {
                Item::AssignmentWord(assignment, _) => parts.assignments.push(assignment),
                Item::IoRedirect(redirect) => parts.redirects.push(redirect),
                Item::Word(word) => parts.words.push(word),
                Item::ProcessSubstitution(..) => {}
            }
        }
        parts.words.extend(&command.word_or_name);
        for item in command.suffix.iter().flat_map(|suffix| &suffix.0) {
            match item {
                // After the command's name `a=b` is a word like any other.
                Item::AssignmentWord(_, word) | Item::Word(word) => parts.words.push(word),
                Item::IoRedirect(redirect) => parts.redirects.push(redirect),
                Item::ProcessSubstitution(..) => {}
            }
        }
        parts
    }
}

fn run_parts(session: &mut Session, streams: &Streams, parts: &Parts<'_>) -> Result<(), String> {
    let words = expand::words(session, streams, &parts.words)?;
    let Some((name, arguments)) = words.split_first() else {
        return assign_only(session, streams, parts);
    };
    let streams = match redirect::apply(session, streams, parts.redirects.iter().copied()) {
        Ok(streams) => streams,
        Err(message) => {
            session.fail(streams, &message);
            return Ok(());
        }
    };
    let saved = (!parts.assignments.is_empty()).then(|| session.variables.clone());
    for assignment in &parts.assignments {
        assign(session, &streams, assignment)?;
    }
    session.machine.command_log.add(&words);
    if session.functions.contains_key(name.as_str()) {
        interpret::function(session, &streams, name, arguments);
    } else {
        let status = Invocation { session, streams: &streams, name, arguments }.run();
        session.status = status;
    }
    if let Some(saved) = saved {
        session.variables = saved;
    }
    Ok(())
}

/// Runs a command without a name: its status is that of the last substitution in its assignments, else 0.
fn assign_only(session: &mut Session, streams: &Streams, parts: &Parts<'_>) -> Result<(), String> {
    let substitutes = |assignment: &&Assignment| assignment.value.to_string().contains(['$', '`']);
    if !parts.assignments.iter().any(substitutes) {
        session.status = 0;
    }
    for assignment in &parts.assignments {
        assign(session, streams, assignment)?;
    }
    if let Err(message) = redirect::apply(session, streams, parts.redirects.iter().copied()) {
        session.fail(streams, &message);
    }
    Ok(())
}

fn assign(session: &mut Session, streams: &Streams, assignment: &Assignment) -> Result<(), String> {
    let (AssignmentName::VariableName(name), AssignmentValue::Scalar(word)) =
        (&assignment.name, &assignment.value)
    else {
        return Err("syntax error: unexpected '('".to_owned());
    };
    let value = expand::text(session, streams, &word.value)?;
    let value = if assignment.append { session.variable(name).unwrap_or_default() + &value } else { value };
    if session.set_variable(name, value) { Ok(()) } else { Err("out of memory".to_owned()) }
}
