//! Names and notes that people give: short enough for a list, and without characters that no screen shows.

use std::fmt::Display;

use super::fields::shortened;

/// The longest name of a phone or an account, in characters: far beyond any real one.
const LONGEST_NAME: usize = 200;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 2000;

/// A name, which `parse` reads.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn name<Name, Wrong: Display>(
    text: &str,
    parse: impl Fn(&str) -> Result<Name, Wrong>,
) -> Result<Name, String> {
    if text.chars().any(char::is_control) {
        return Err(format!("{:?} holds a control character", shortened(text)));
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(format!("{:?} is longer than {LONGEST_NAME} characters", shortened(text)));
    }
    parse(text).map_err(|wrong| wrong.to_string())
}

/// A name that only people use: trimmed, and not empty.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn label(text: &str) -> Result<String, String> {
    name(text, |text| match text.trim() {
        "" => Err("must not be empty"),
        label => Ok(label.to_owned()),
    })
}

/// A note: any text with line breaks and tabs, or none.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn note(text: &str) -> Result<String, String> {
    if text.chars().any(|letter| letter.is_control() && !"\n\r\t".contains(letter)) {
        return Err(format!("{:?} holds a control character", shortened(text)));
    }
    if text.chars().count() > LONGEST_NOTE {
        return Err(format!("is longer than {LONGEST_NOTE} characters"));
    }
    Ok(text.to_owned())
}
