//! The fields of a JSON object, taken one by one by name and type. Each that does not hold what it may hold becomes
//! a problem, and what is left over at the end is unknown.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use tikmatrix_device::script::{Problem, unknown_name, whole};

use crate::http::error::{ApiError, ErrorCode};

/// The longest name of a phone or an account, in characters: far beyond any real one.
const LONGEST_NAME: usize = 200;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 2000;

/// An object that is being read.
pub(crate) struct Fields {
    left: Map<String, Value>,
    known: Vec<&'static str>,
    problems: Vec<Problem>,
    /// What `null` means.
    null: Null,
}

/// What `null` means where a field cannot be taken away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Null {
    /// That the field is not given.
    NotGiven,
    /// Nothing: of a change it would be ignored, and nobody who sends it means that.
    Wrong,
}

impl Fields {
    /// Begins to read a body that has no other code for what is wrong with it than 40001.
    ///
    /// # Errors
    /// 40001 when the body is no object.
    pub(crate) fn begin(body: Value) -> Result<Self, ApiError> {
        Self::of(body).map_err(|problem| ApiError::problems(ErrorCode::InvalidParameter, vec![problem]))
    }

    /// Begins to read a body that says what is to become different: `null` takes a field away, or is wrong.
    ///
    /// # Errors
    /// 40001 when the body is no object.
    pub(crate) fn begin_change(body: Value) -> Result<Self, ApiError> {
        Ok(Self { null: Null::Wrong, ..Self::begin(body)? })
    }

    /// Begins to read `body`.
    ///
    /// # Errors
    /// The one problem of a body that is no object.
    pub(crate) fn of(body: Value) -> Result<Self, Problem> {
        match body {
            Value::Object(left) => {
                Ok(Self { left, known: Vec::new(), problems: Vec::new(), null: Null::NotGiven })
            }
            other => Err(Problem {
                field: String::new(),
                reason: format!("the body must be a JSON object, not {}", shown(&other)),
            }),
        }
    }

    /// A value of any type; `null` counts as not given, and of a change is wrong.
    pub(crate) fn any(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        let value = self.left.remove(name)?;
        if value.is_null() && self.null == Null::Wrong {
            self.problem(name, "cannot be null; leave it out to keep it as it is");
        }
        Some(value).filter(|value| !value.is_null())
    }

    /// A string.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        match self.any(name)? {
            Value::String(text) => Some(text),
            other => {
                self.problem(name, format!("{} is not a string", shown(&other)));
                None
            }
        }
    }

    /// A boolean.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.any(name)? {
            Value::Bool(flag) => Some(flag),
            other => {
                self.problem(name, format!("{} is not true or false", shown(&other)));
                None
            }
        }
    }

    /// A whole number in `range`.
    pub(crate) fn whole(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.any(name)?;
        let number = whole(&value).filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = (range.start(), range.end());
            self.problem(name, format!("{} is not a whole number from {least} to {most}", shown(&value)));
        }
        number
    }

    /// A list of names, each read by `parse`, which says what is wrong with one; the same one twice counts once.
    /// Elements that are wrong are left out and become problems.
    pub(crate) fn names<Name>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<Name, String>,
    ) -> Option<Vec<Name>>
    where
        Name: std::hash::Hash + Eq + Clone,
    {
        let elements = match self.any(name)? {
            Value::Array(elements) => elements,
            other => {
                self.problem(name, format!("{} is not a list of strings", shown(&other)));
                return None;
            }
        };
        let mut seen = std::collections::HashSet::new();
        let mut names = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let parsed = match element {
                Value::String(text) => parse(text),
                other => Err(format!("{} is not a string", shown(other))),
            };
            match parsed {
                Ok(parsed) if seen.insert(parsed.clone()) => names.push(parsed),
                Ok(_) => {}
                Err(reason) => self.problem(format!("{name}[{index}]"), reason),
            }
        }
        Some(names)
    }

    /// A string that `parse` reads, which says what is wrong with it.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        parse(&text).map_err(|reason| self.problem(name, reason)).ok()
    }

    /// As [`Fields::parsed`]; `null` is `Some(None)` and takes away what was there.
    pub(crate) fn replaced<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        if self.left.get(name).is_some_and(Value::is_null) {
            self.known.push(name);
            self.left.remove(name);
            return Some(None);
        }
        self.parsed(name, parse).map(Some)
    }

    /// Notes that `field` does not hold what it may hold.
    pub(crate) fn problem(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.problems.push(Problem { field: field.into(), reason: reason.into() });
    }

    /// Whether anything was noted of one of `names` or of what is in it.
    pub(crate) fn has_problem_with(&self, names: &[&str]) -> bool {
        let of = |problem: &Problem, name: &str| {
            problem.field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        };
        self.problems.iter().any(|problem| names.iter().any(|name| of(problem, name)))
    }

    /// Everything that is wrong, with what was never asked for.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        for name in self.left.keys() {
            let reason = unknown_name("field", name, &self.known);
            self.problems.push(Problem { field: shortened(name), reason });
        }
        self.problems
    }

    /// Ends the reading of a body that is wrong as soon as anything in it is.
    ///
    /// # Errors
    /// 40001 with everything that is wrong, with what was never asked for.
    pub(crate) fn end(self) -> Result<(), ApiError> {
        let problems = self.finish();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(ApiError::problems(ErrorCode::InvalidParameter, problems))
        }
    }

    /// As [`Fields::end`], for a change: one that asks for nothing, `asked` being whether it does, is wrong too.
    ///
    /// # Errors
    /// As [`Fields::end`].
    pub(crate) fn end_change(mut self, asked: bool) -> Result<(), ApiError> {
        if !asked && self.left.is_empty() && self.problems.is_empty() {
            let reason = format!("asks for no change; what can change is {}", self.known.join(", "));
            self.problem("", reason);
        }
        self.end()
    }
}

/// A value as a message shows it: its JSON, when that is short.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Array(elements) if !elements.is_empty() => "a list".to_owned(),
        Value::Object(fields) if !fields.is_empty() => "an object".to_owned(),
        other => shortened(&other.to_string()),
    }
}

/// At most 60 characters of `text`.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

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
