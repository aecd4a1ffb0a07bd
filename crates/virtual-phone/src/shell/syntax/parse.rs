//! Parsing lines with the parser crate, with the messages of a phone's shell.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use brush_parser::ast::Program;
use brush_parser::word::{self, WordPieceWithSource};
use brush_parser::{ParseError, Parser, ParserOptions};

use crate::shell::syntax::guard;

fn options() -> ParserOptions {
    ParserOptions {
        // A phone's mksh has its own, rarely used, extended patterns; `~` is handled before words are parsed.
        enable_extended_globbing: false,
        tilde_expansion_at_word_start: false,
        ..ParserOptions::default()
    }
}

/// Parses a line.
pub(crate) fn program(line: &str) -> Result<Program, String> {
    if let Some(objection) = guard::objection(line) {
        return Err(objection.to_owned());
    }
    let parsed = guarded(|| Parser::new(Cursor::new(line.as_bytes()), &options()).parse_program());
    let parsed = parsed.ok_or("syntax error: number out of range")?;
    parsed.map_err(|error| match error {
        ParseError::Tokenizing { .. } => "no closing quote".to_owned(),
        ParseError::ParsingNear(position) => {
            let near =
                line.chars().skip(position.index).take_while(|symbol| !symbol.is_whitespace()).take(16);
            format!("syntax error: unexpected '{}'", near.collect::<String>())
        }
        ParseError::ParsingAtEndOfInput => "syntax error: unexpected end of line".to_owned(),
    })
}

/// Parses one word.
pub(crate) fn word(typed: &str) -> Result<Vec<WordPieceWithSource>, String> {
    pieces(typed, guarded(|| word::parse(typed, &options())))
}

/// Parses a here-document, in which quotes are plain text.
pub(crate) fn here_document(typed: &str) -> Result<Vec<WordPieceWithSource>, String> {
    pieces(typed, guarded(|| word::parse_heredoc(typed, &options())))
}

fn pieces<E>(
    typed: &str,
    parsed: Option<Result<Vec<WordPieceWithSource>, E>>,
) -> Result<Vec<WordPieceWithSource>, String> {
    parsed.and_then(Result::ok).ok_or_else(|| format!("{typed}: bad substitution"))
}

/// Catches the parser crate's panics on numbers that are too large (`~99999999999999999999`), so that such a line is
/// refused.
pub(crate) fn guarded<T>(parse: impl FnOnce() -> T) -> Option<T> {
    // No state of the parser survives a panic.
    catch_unwind(AssertUnwindSafe(parse)).ok()
}
