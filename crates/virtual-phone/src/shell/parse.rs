//! Lines to syntax trees through the parser crate, with what a phone's shell says of lines that it cannot parse.

use std::io::Cursor;

use brush_parser::ast::Program;
use brush_parser::word::{self, WordPieceWithSource};
use brush_parser::{ParseError, Parser, ParserOptions};

use super::guard;

fn options() -> ParserOptions {
    ParserOptions {
        // A phone's mksh has its own, rarely used, extended patterns; `~` is handled before words are parsed.
        enable_extended_globbing: false,
        tilde_expansion_at_word_start: false,
        ..ParserOptions::default()
    }
}

/// The program that `line` is.
pub(super) fn program(line: &str) -> Result<Program, String> {
    if let Some(objection) = guard::objection(line) {
        return Err(objection.to_owned());
    }
    Parser::new(Cursor::new(line.as_bytes()), &options()).parse_program().map_err(|error| match error {
        ParseError::Tokenizing { .. } => "no closing quote".to_owned(),
        ParseError::ParsingNear(position) => {
            let near =
                line.chars().skip(position.index).take_while(|symbol| !symbol.is_whitespace()).take(16);
            format!("syntax error: unexpected '{}'", near.collect::<String>())
        }
        ParseError::ParsingAtEndOfInput => "syntax error: unexpected end of line".to_owned(),
    })
}

/// The pieces of one word.
pub(super) fn word(typed: &str) -> Result<Vec<WordPieceWithSource>, String> {
    word::parse(typed, &options()).map_err(|_| format!("{typed}: bad substitution"))
}

/// The pieces of a here-document, in which quotes are plain text.
pub(super) fn here_document(typed: &str) -> Result<Vec<WordPieceWithSource>, String> {
    word::parse_heredoc(typed, &options()).map_err(|_| format!("{typed}: bad substitution"))
}
