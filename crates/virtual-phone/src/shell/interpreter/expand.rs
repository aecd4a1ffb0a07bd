//! Expansion of words: variables, substitutions, quotes, splitting at white space, and file names.

use brush_parser::ast::{IoHereDocument, Word};
use brush_parser::word::{Parameter, ParameterExpr, SpecialParameter, WordPiece, WordPieceWithSource};

use crate::shell::interpreter::{arithmetic, interpret};
use crate::shell::session::Session;
use crate::shell::streams::{MAX_BUFFERED, Streams};
use crate::shell::syntax::parse;
use crate::shell::word::fields::{Fields, PieceKind};
use crate::shell::word::parameter::{Operation, operation_of, parameter_of, trim};
use crate::shell::word::{escapes, glob};

/// The error is the shell's message, without its name. It ends the shell, as in mksh.
pub(crate) type Expanded<T> = Result<T, String>;

/// Expands the words of a command, with splitting and file names.
pub(crate) fn words(session: &mut Session, streams: &Streams, typed: &[&Word]) -> Expanded<Vec<String>> {
    let mut all = Vec::new();
    for word in typed {
        for field in fields(session, streams, &word.value)?.into_fields() {
            glob::expand(session, field, &mut all);
        }
        check_size(all.iter().map(String::len).sum())?;
    }
    Ok(all)
}

/// Expands one word without splitting and file names, as in an assignment or after `>`.
pub(crate) fn text(session: &mut Session, streams: &Streams, typed: &str) -> Expanded<String> {
    Ok(fields(session, streams, typed)?.into_text())
}

/// Expands one word to a pattern, in which quoted text is literal.
pub(crate) fn pattern(session: &mut Session, streams: &Streams, typed: &str) -> Expanded<String> {
    Ok(fields(session, streams, typed)?.into_pattern())
}

/// Expands a here-document.
pub(crate) fn here_document(
    session: &mut Session,
    streams: &Streams,
    document: &IoHereDocument,
) -> Expanded<String> {
    if !document.requires_expansion {
        return Ok(document.doc.value.clone());
    }
    let pieces = parse::here_document(&document.doc.value)?;
    let mut fields = Fields::new("");
    add_pieces(session, streams, &pieces, true, &mut fields)?;
    Ok(fields.into_text())
}

fn fields(session: &mut Session, streams: &Streams, typed: &str) -> Expanded<Fields> {
    let mut fields = Fields::new(&session.variable("IFS").unwrap_or_else(|| " \t\n".to_owned()));
    let mut rest = typed;
    if let Some(after) = typed.strip_prefix('~')
        && (after.is_empty() || after.starts_with('/'))
    {
        fields.add(&session.variable("HOME").unwrap_or_else(|| "/".to_owned()), PieceKind::Quoted);
        rest = after;
    }
    let pieces = parse::word(rest)?;
    add_pieces(session, streams, &pieces, false, &mut fields)?;
    Ok(fields)
}

fn add_pieces(
    session: &mut Session,
    streams: &Streams,
    pieces: &[WordPieceWithSource],
    quoted: bool,
    fields: &mut Fields,
) -> Expanded<()> {
    for WordPieceWithSource { piece, .. } in pieces {
        add_piece(session, streams, piece, quoted, fields)?;
        check_size(fields.size())?;
    }
    Ok(())
}

fn add_piece(
    session: &mut Session,
    streams: &Streams,
    piece: &WordPiece,
    quoted: bool,
    fields: &mut Fields,
) -> Expanded<()> {
    let computed = if quoted { PieceKind::Quoted } else { PieceKind::Computed };
    match piece {
        WordPiece::Text(text) if quoted => fields.add(text, PieceKind::Quoted),
        WordPiece::Text(text) => fields.add(text, PieceKind::Typed),
        WordPiece::SingleQuotedText(text) => fields.add(text, PieceKind::Quoted),
        WordPiece::AnsiCQuotedText(text) => {
            fields.add(&escapes::interpret(text).0, PieceKind::Quoted);
        }
        WordPiece::DoubleQuotedSequence(pieces) | WordPiece::GettextDoubleQuotedSequence(pieces) => {
            let only_arguments = matches!(pieces.as_slice(), [one] if is_all_arguments(&one.piece));
            if !only_arguments || !session.arguments.is_empty() {
                fields.add("", PieceKind::Quoted);
            }
            add_pieces(session, streams, pieces, true, fields)?;
        }
        WordPiece::TildeExpansion(_) => fields.add("~", PieceKind::Quoted),
        WordPiece::EscapeSequence(sequence) => {
            let literal = sequence.strip_prefix('\\').unwrap_or(sequence);
            if literal != "\n" {
                fields.add(literal, PieceKind::Quoted);
            }
        }
        WordPiece::CommandSubstitution(line) | WordPiece::BackquotedCommandSubstitution(line) => {
            fields.add(&interpret::capture(session, streams, line)?, computed);
        }
        WordPiece::ArithmeticExpression(expression) => {
            let typed = text(session, streams, &expression.value)?;
            fields.add(&arithmetic::evaluate(session, &typed)?.to_string(), computed);
        }
        WordPiece::ParameterExpansion(expression) if is_all_arguments(piece) => {
            let separate = quoted && !is_joined(expression);
            for (index, argument) in session.arguments.clone().iter().enumerate() {
                match (index, separate) {
                    (0, _) => {}
                    (_, true) => fields.end_field(),
                    (_, false) => fields.add(" ", computed),
                }
                fields.add(argument, computed);
            }
        }
        WordPiece::ParameterExpansion(expression) => {
            fields.add(&parameter(session, streams, expression)?, computed);
        }
    }
    Ok(())
}

/// Refuses a word that has grown beyond what a pipe may hold.
fn check_size(bytes: usize) -> Expanded<()> {
    if bytes > MAX_BUFFERED { Err("out of memory".to_owned()) } else { Ok(()) }
}

fn is_all_arguments(piece: &WordPiece) -> bool {
    matches!(
        piece,
        WordPiece::ParameterExpansion(ParameterExpr::Parameter {
            parameter: Parameter::Special(SpecialParameter::AllPositionalParameters { .. }),
            ..
        })
    )
}

fn is_joined(expression: &ParameterExpr) -> bool {
    matches!(
        expression,
        ParameterExpr::Parameter {
            parameter: Parameter::Special(SpecialParameter::AllPositionalParameters { concatenate: true }),
            ..
        }
    )
}

fn parameter(session: &mut Session, streams: &Streams, expression: &ParameterExpr) -> Expanded<String> {
    let Some((parameter, change)) = parameter_of(expression) else {
        return Err("bad substitution".to_owned());
    };
    let value = value_of(session, parameter);
    Ok(match operation_of(change, value.as_deref()) {
        Operation::Keep => value.unwrap_or_default(),
        Operation::Empty => String::new(),
        Operation::Length => value.unwrap_or_default().chars().count().to_string(),
        Operation::Replace(typed) => text(session, streams, typed)?,
        Operation::Assign(typed) => {
            let new = text(session, streams, typed)?;
            if let Parameter::Named(name) = parameter {
                session.set_variable(name, new.clone());
            }
            new
        }
        Operation::Complain(typed) => {
            let message = text(session, streams, typed)?;
            let message = if message.is_empty() { "parameter null or not set".to_owned() } else { message };
            return Err(format!("{}: {message}", plain_name(parameter)));
        }
        Operation::Trim { pattern: typed, prefix, longest } => {
            let pattern = pattern(session, streams, typed)?;
            trim(&value.unwrap_or_default(), &pattern, prefix, longest)
        }
    })
}

fn value_of(session: &Session, parameter: &Parameter) -> Option<String> {
    match parameter {
        Parameter::Named(name) => session.variable(name),
        Parameter::Positional(0) => Some("sh".to_owned()),
        Parameter::Positional(number) => {
            session.arguments.get(usize::try_from(*number).ok()?.checked_sub(1)?).cloned()
        }
        Parameter::Special(special) => match special {
            SpecialParameter::AllPositionalParameters { .. } => Some(session.arguments.join(" ")),
            SpecialParameter::PositionalParameterCount => Some(session.arguments.len().to_string()),
            SpecialParameter::LastExitStatus => Some(session.status.to_string()),
            SpecialParameter::CurrentOptionFlags => Some("h".to_owned()),
            SpecialParameter::ProcessId => Some(session.process.to_string()),
            SpecialParameter::LastBackgroundProcessId => session.last_background.map(|id| id.to_string()),
            SpecialParameter::ShellName => Some("sh".to_owned()),
        },
        Parameter::NamedWithIndex { .. } | Parameter::NamedWithAllIndices { .. } => None,
    }
}

fn plain_name(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Named(name) => name.clone(),
        other => other.to_string().trim_start_matches('$').to_owned(),
    }
}
