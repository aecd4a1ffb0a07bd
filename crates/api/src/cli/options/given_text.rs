//! Texts that a command line gives as they are, or as the file that holds them.

use std::path::Path;

use anyhow::Context;
use tikmatrix_api::{read_text, read_text_file};

/// Returns the text of an argument: of the file for `@FILE`, of standard input for `@-`, else the argument itself.
///
/// # Errors
/// When the file cannot be read, is no text, or is longer than any that is needed.
pub(in crate::cli) fn given_text(argument: String) -> anyhow::Result<String> {
    match argument.strip_prefix('@') {
        Some("-") => read_text(std::io::stdin().lock()).context("cannot read standard input"),
        Some(file) => read_text_file(Path::new(file)).with_context(|| format!("cannot read {file}")),
        None => Ok(argument),
    }
}
