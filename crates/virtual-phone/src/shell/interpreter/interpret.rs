//! Running lines: lists, pipelines, compound commands.

use brush_parser::ast::{
    AndOr, AndOrList, CaseClauseCommand, Command, CompoundCommand, CompoundList, CompoundListItem,
    ForClauseCommand, IfClauseCommand, Pipeline, SeparatorOperator,
};

use crate::shell::interpreter::{arithmetic, expand, redirect, simple};
use crate::shell::session::{Session, Unwind};
use crate::shell::streams::{Input, Output, Streams};
use crate::shell::syntax::parse;
use crate::shell::word::pattern;

/// The stack of a thread that runs a shell: enough for the deepest line that the guard accepts.
pub(crate) const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Runs `line` and returns its exit status, which is kept for `$?`.
pub(crate) fn run(session: &mut Session, streams: &Streams, line: &str) -> u8 {
    match parse::program(line) {
        Ok(program) => {
            items(session, streams, program.complete_commands.iter().flat_map(|list| &list.0));
        }
        Err(message) => session.fail(streams, &message),
    }
    session.status
}

/// Runs `line` in a subshell and returns what it printed, without the line breaks at the end.
pub(crate) fn capture(session: &mut Session, streams: &Streams, line: &str) -> Result<String, String> {
    let mut inner = session.subshell()?;
    let (output, bytes) = Output::buffer();
    session.status = run(&mut inner, &Streams { output, ..streams.clone() }, line);
    let bytes = std::mem::take(&mut *bytes.lock());
    let text = String::from_utf8_lossy(&bytes).replace('\0', "");
    Ok(text.trim_end_matches('\n').to_owned())
}

fn list(session: &mut Session, streams: &Streams, list: &CompoundList) {
    items(session, streams, &list.0);
}

/// Runs commands one after the other. The streams that an `exec` opens are those of the commands after it.
fn items<'a>(
    session: &mut Session,
    streams: &Streams,
    items: impl IntoIterator<Item = &'a CompoundListItem>,
) {
    let mut streams = streams.clone();
    for item in items {
        if session.unwind.is_some() {
            return;
        }
        if matches!(item.1, SeparatorOperator::Async) {
            background(session, &streams, &item.0);
        } else {
            and_or(session, &streams, &item.0);
        }
        if let Some(lasting) = session.lasting_streams.take() {
            streams = lasting;
        }
    }
}

/// Runs a list in the background. It ends with the shell's client as on a phone.
fn background(session: &mut Session, streams: &Streams, commands: &AndOrList) {
    let Some(job) = session.limits.take_job() else {
        return session.fail(streams, "can't fork - try again");
    };
    let mut inner = match session.subshell() {
        Ok(inner) => inner,
        Err(message) => return session.print_error(streams, &message),
    };
    let process = session.machine.processes.next_id();
    inner.process = process;
    let streams = Streams { input: Input::empty(), ..streams.clone() };
    let commands = commands.clone();
    let started = std::thread::Builder::new()
        .name("background job".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            and_or(&mut inner, &streams, &commands);
            drop(job);
        });
    session.status = u8::from(started.is_err());
    session.last_background = Some(process);
}

fn and_or(session: &mut Session, streams: &Streams, commands: &AndOrList) {
    pipeline(session, streams, &commands.first);
    for next in &commands.additional {
        if session.unwind.is_some() {
            return;
        }
        match next {
            AndOr::And(next) if session.status == 0 => pipeline(session, streams, next),
            AndOr::Or(next) if session.status != 0 => pipeline(session, streams, next),
            AndOr::And(_) | AndOr::Or(_) => {}
        }
    }
}

/// Runs the commands of a pipe one after the other, each in a subshell with the complete output of the one before.
fn pipeline(session: &mut Session, streams: &Streams, pipeline: &Pipeline) {
    match pipeline.seq.as_slice() {
        [only] => command(session, streams, only),
        all => {
            let mut input = streams.input.clone();
            for (index, part) in all.iter().enumerate() {
                let mut inner = match session.subshell() {
                    Ok(inner) => inner,
                    Err(message) => return session.print_error(streams, &message),
                };
                if index + 1 == all.len() {
                    command(&mut inner, &Streams { input: input.clone(), ..streams.clone() }, part);
                } else {
                    let (output, bytes) = Output::buffer();
                    command(&mut inner, &Streams { input, output, error: streams.error.clone() }, part);
                    input = Input::from_bytes(std::mem::take(&mut *bytes.lock()));
                }
                session.status = inner.status;
            }
        }
    }
    if pipeline.bang {
        session.status = u8::from(session.status == 0);
    }
}

fn command(session: &mut Session, streams: &Streams, command: &Command) {
    match command {
        Command::Simple(simple) => simple::run(session, streams, simple),
        Command::Compound(compound, redirects) => {
            let redirects = redirects.as_ref().map_or(&[][..], |list| &list.0);
            match redirect::apply(session, streams, redirects) {
                Ok(streams) => compound_command(session, &streams, compound),
                Err(message) => session.fail(streams, &message),
            }
        }
        Command::Function(definition) => {
            session.functions.insert(definition.fname.value.clone(), definition.body.clone());
            session.status = 0;
        }
        Command::ExtendedTest(..) => session.fail(streams, "[[: use [ instead"),
    }
}

/// Runs a function's body with its arguments.
pub(crate) fn function(session: &mut Session, streams: &Streams, name: &str, arguments: &[String]) {
    let Some(body) = session.functions.get(name).cloned() else { return };
    // Counted like a subshell, so that a recursive function ends in an error instead of a stack overflow.
    let mut inner = match session.subshell() {
        Ok(inner) => inner,
        Err(message) => return session.abort(streams, &message),
    };
    inner.arguments = arguments.to_vec();
    match redirect::apply(&mut inner, streams, body.1.as_ref().map_or(&[][..], |list| &list.0)) {
        Ok(streams) => compound_command(&mut inner, &streams, &body.0),
        Err(message) => inner.fail(streams, &message),
    }
    session.status = inner.status;
    session.directory = inner.directory.clone();
    session.variables = inner.variables.clone();
    session.unwind = inner.unwind.filter(|unwind| *unwind != Unwind::Return);
}

fn compound_command(session: &mut Session, streams: &Streams, compound: &CompoundCommand) {
    match compound {
        CompoundCommand::BraceGroup(group) => list(session, streams, &group.list),
        CompoundCommand::Subshell(subshell) => match session.subshell() {
            Ok(mut inner) => {
                list(&mut inner, streams, &subshell.list);
                session.status = inner.status;
            }
            Err(message) => session.abort(streams, &message),
        },
        CompoundCommand::IfClause(clause) => if_clause(session, streams, clause),
        CompoundCommand::WhileClause(clause) => {
            while_clause(session, streams, &clause.0, &clause.1.list, true);
        }
        CompoundCommand::UntilClause(clause) => {
            while_clause(session, streams, &clause.0, &clause.1.list, false);
        }
        CompoundCommand::ForClause(clause) => for_clause(session, streams, clause),
        CompoundCommand::CaseClause(clause) => case_clause(session, streams, clause),
        CompoundCommand::Arithmetic(command) => {
            let result = expand::text(session, streams, &command.expr.value)
                .and_then(|typed| arithmetic::evaluate(session, &typed));
            match result {
                Ok(value) => session.status = u8::from(value == 0),
                Err(message) => session.abort(streams, &message),
            }
        }
        CompoundCommand::ArithmeticForClause(_) | CompoundCommand::Coprocess(_) => {
            session.abort(streams, "syntax error: unexpected '(('");
        }
    }
}

fn if_clause(session: &mut Session, streams: &Streams, clause: &IfClauseCommand) {
    list(session, streams, &clause.condition);
    if session.unwind.is_some() {
        return;
    }
    if session.status == 0 {
        return list(session, streams, &clause.then);
    }
    for other in clause.elses.iter().flatten() {
        if let Some(condition) = &other.condition {
            list(session, streams, condition);
            if session.unwind.is_some() {
                return;
            }
            if session.status != 0 {
                continue;
            }
        }
        return list(session, streams, &other.body);
    }
    session.status = 0;
}

fn while_clause(
    session: &mut Session,
    streams: &Streams,
    condition: &CompoundList,
    body: &CompoundList,
    expected: bool,
) {
    let mut status = 0;
    loop {
        list(session, streams, condition);
        if session.unwind.is_some() || (session.status == 0) != expected || !session.take_turn(streams) {
            break;
        }
        list(session, streams, body);
        status = session.status;
        if !goes_on(session) {
            break;
        }
    }
    if session.unwind.is_none() {
        session.status = status;
    }
}

fn for_clause(session: &mut Session, streams: &Streams, clause: &ForClauseCommand) {
    let values = match &clause.values {
        None => Ok(session.arguments.clone()),
        Some(words) => expand::words(session, streams, &words.iter().collect::<Vec<_>>()),
    };
    let values = match values {
        Ok(values) => values,
        Err(message) => return session.abort(streams, &message),
    };
    session.status = 0;
    for value in values {
        if !session.take_turn(streams) {
            return;
        }
        session.set_variable(&clause.variable_name, value);
        list(session, streams, &clause.body.list);
        if !goes_on(session) {
            return;
        }
    }
}

fn case_clause(session: &mut Session, streams: &Streams, clause: &CaseClauseCommand) {
    let value = match expand::text(session, streams, &clause.value.value) {
        Ok(value) => value,
        Err(message) => return session.abort(streams, &message),
    };
    session.status = 0;
    for case in &clause.cases {
        for typed in &case.patterns {
            match expand::pattern(session, streams, &typed.value) {
                Ok(wanted) if pattern::matches(&wanted, &value) => {
                    return if let Some(commands) = &case.cmd {
                        list(session, streams, commands);
                    };
                }
                Ok(_) => {}
                Err(message) => return session.abort(streams, &message),
            }
        }
    }
}

/// Whether the innermost loop continues, after counting down `break` and `continue`.
fn goes_on(session: &mut Session) -> bool {
    match session.unwind {
        None => true,
        Some(Unwind::Continue(1)) => {
            session.unwind = None;
            true
        }
        Some(Unwind::Continue(levels)) => {
            session.unwind = Some(Unwind::Continue(levels.saturating_sub(1)));
            false
        }
        Some(Unwind::Break(1)) => {
            session.unwind = None;
            false
        }
        Some(Unwind::Break(levels)) => {
            session.unwind = Some(Unwind::Break(levels.saturating_sub(1)));
            false
        }
        Some(Unwind::Exit | Unwind::Return) => false,
    }
}
