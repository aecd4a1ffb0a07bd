//! Names, notes and tags between texts and the domain.

use std::fmt::Display;

use tikmatrix_api_types::fields::{Tag as TagText, check_name, check_note};
use tikmatrix_domain::Tag;

use crate::http::body::text;
use crate::http::error::ApiError;

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

/// Converts the tags of a body: in order, each once.
///
/// # Errors
/// As [`text`].
pub(crate) fn read_tags(tags: &[TagText]) -> Result<Vec<Tag>, ApiError> {
    let mut tags = tags.iter().map(|tag| text("tags", tag, Tag::new)).collect::<Result<Vec<_>, _>>()?;
    tags.sort_unstable();
    tags.dedup();
    Ok(tags)
}
