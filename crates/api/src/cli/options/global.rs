//! The options that every command has, in any position: the form of what is printed.

use std::ffi::{OsStr, OsString};
use std::str::FromStr;

use clap::Args;
use clap::builder::BoolishValueParser;
use thiserror::Error;

use crate::cli::output::time::Clock;

/// The heading of these options in the help, and of those that name the server.
pub(in crate::cli) const HEADING: &str = "Global options";
/// The option for JSON, and its variable.
const JSON: (&str, &str) = ("--json", "TIKMATRIX_JSON");

/// The options that every command has.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Global {
    /// Prints JSON: lists as arrays, what goes on as one object a line, errors on stderr. With FIELDS, such as
    /// --json=id,status, these fields alone
    #[arg(long, global = true, env = JSON.1, value_name = "FIELDS", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", overrides_with = "json", help_heading = HEADING)]
    json: Option<JsonOption>,
    /// Shows times in UTC instead of this machine's zone
    #[arg(long, global = true, env = "TIKMATRIX_UTC", value_parser = BoolishValueParser::new(),
        help_heading = HEADING)]
    utc: bool,
    /// Shows times in RFC 3339
    #[arg(long, global = true, env = "TIKMATRIX_ISO", value_parser = BoolishValueParser::new(),
        help_heading = HEADING)]
    iso: bool,
}

impl Global {
    /// Returns the clock by which people see times.
    pub(in crate::cli) fn clock(&self) -> Clock {
        match (self.iso, self.utc) {
            (true, _) => Clock::Iso,
            (false, true) => Clock::Utc,
            (false, false) => Clock::Local,
        }
    }

    /// Returns which fields of answers are printed as JSON; `None` for output for people.
    pub(in crate::cli) fn json(&self) -> Option<Fields> {
        match self.json.clone()? {
            JsonOption::Off => None,
            JsonOption::On(fields) => Some(fields),
        }
    }
}

/// The fields of an answer that are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Fields {
    /// All.
    All,
    /// Those of these names; a dot leads into an object.
    Named(Vec<String>),
}

/// The value of `--json`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum JsonOption {
    /// As without the option, against the variable.
    Off,
    On(Fields),
}

/// A value of `--json` that is no list of fields.
#[derive(Debug, Error)]
#[error("it is a list of fields such as id,status, or true, or false")]
struct NoFields;

impl FromStr for JsonOption {
    type Err = NoFields;

    fn from_str(text: &str) -> Result<Self, NoFields> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "y" | "on" => return Ok(Self::On(Fields::All)),
            "false" | "0" | "no" | "n" | "off" => return Ok(Self::Off),
            _ => {}
        }
        let name = |name: &str| {
            let is_name = !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
            is_name.then(|| name.to_owned()).ok_or(NoFields)
        };
        text.split(',')
            .map(|text| name(text.trim()))
            .collect::<Result<_, _>>()
            .map(|names| Self::On(Fields::Named(names)))
    }
}

/// Returns the arguments with each `--json` joined to the word behind it, as in `--json id,status`; `None` when no word is
/// behind one. Only for a command line that cannot be read otherwise: the word may be a command's own.
pub(in crate::cli) fn joined(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let mut all: Vec<OsString> = Vec::new();
    for argument in arguments {
        let is_value = !argument.as_encoded_bytes().starts_with(b"-");
        match all.last_mut() {
            Some(last) if is_value && *last == OsStr::new(JSON.0) => {
                last.push("=");
                last.push(argument);
            }
            _ => all.push(argument.clone()),
        }
    }
    (all.len() < arguments.len()).then_some(all)
}

/// Returns whether a command line that cannot be read asks for JSON all the same.
pub(in crate::cli) fn asks_for_json(arguments: &[OsString]) -> bool {
    let is_on = |value: &OsStr| {
        let value = value.to_str().map(str::parse::<JsonOption>);
        matches!(value, Some(Ok(JsonOption::On(_))))
    };
    let given = arguments.iter().rev().find_map(|argument| {
        let value = argument.to_str()?.strip_prefix(JSON.0)?;
        match value.strip_prefix('=') {
            Some(value) => Some(is_on(OsStr::new(value))),
            None => value.is_empty().then_some(true),
        }
    });
    given.unwrap_or_else(|| std::env::var_os(JSON.1).is_some_and(|value| is_on(&value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_value_of_json_is_a_list_of_fields_or_a_switch() {
        let named = |names: &[&str]| Fields::Named(names.iter().map(|&name| name.to_owned()).collect());
        for (text, expected) in [
            ("true", JsonOption::On(Fields::All)),
            ("1", JsonOption::On(Fields::All)),
            ("OFF", JsonOption::Off),
            ("id", JsonOption::On(named(&["id"]))),
            ("id, used.at", JsonOption::On(named(&["id", "used.at"]))),
        ] {
            assert_eq!(text.parse::<JsonOption>().ok(), Some(expected), "{text}");
        }
        for text in ["", "id,", "a b", "$.id"] {
            assert!(text.parse::<JsonOption>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_word_behind_json_can_be_its_value() {
        assert_eq!(
            joined(&words("t task list --json id,status")),
            Some(words("t task list --json=id,status"))
        );
        for line in ["t task list --json", "t --json --help", "t task list --json=id --status failed"] {
            assert_eq!(joined(&words(line)), None, "{line}");
        }
    }

    #[test]
    fn a_wrong_command_line_can_ask_for_json() {
        assert!(asks_for_json(&words("t --json frobnicate")) && asks_for_json(&words("t x --json=id")));
        assert!(!asks_for_json(&words("t --json x --json=false")) && !asks_for_json(&words("t --jsonx")));
    }
}
