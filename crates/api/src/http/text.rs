//! Names and notes outside JSON bodies: in queries and tables.

use std::fmt::Display;

use tikmatrix_api_types::fields::{check_name, check_note};

/// Reads a name with `parse`.
///
/// # Errors
/// The reason for a client.
pub(crate) fn name<Name, Wrong: Display>(
    text: &str,
    parse: impl Fn(&str) -> Result<Name, Wrong>,
) -> Result<Name, String> {
    check_name(text)?;
    parse(text).map_err(|wrong| wrong.to_string())
}

/// Reads a note: any text with line breaks and tabs.
///
/// # Errors
/// The reason for a client.
pub(crate) fn note(text: &str) -> Result<String, String> {
    check_note(text)?;
    Ok(text.to_owned())
}
