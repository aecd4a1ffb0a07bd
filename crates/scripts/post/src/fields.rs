//! Reading a JSON object field by field, so that everything that is wrong with it is told at once. What the fields mean
//! is the `config` module's.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use tikmatrix_device::script::Problem;

/// Names further apart than this are not taken for misspellings of each other.
const SIMILAR: f64 = 0.75;

/// An object that is being read, and what was found wrong with it.
pub(crate) struct Fields<'object> {
    object: &'object Map<String, Value>,
    problems: Vec<Problem>,
}

impl<'object> Fields<'object> {
    /// Begins with the names: one that is not `known` is a problem, with the nearest known one in its reason.
    pub(crate) fn new(object: &'object Map<String, Value>, known: &[&str]) -> Self {
        let problems = object.keys().filter(|name| !known.contains(&name.as_str())).map(|name| {
            let nearest = known
                .iter()
                .map(|known| (strsim::jaro_winkler(&name.to_lowercase(), known), known))
                .filter(|(likeness, _)| *likeness >= SIMILAR)
                .max_by(|(one, _), (other, _)| one.total_cmp(other));
            let hint = nearest.map(|(_, known)| format!("; did you mean {known}?")).unwrap_or_default();
            Problem { field: name.clone(), reason: format!("is not a known field{hint}") }
        });
        Self { object, problems: problems.collect() }
    }

    /// Tells of one more problem.
    pub(crate) fn problem(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.problems.push(Problem { field: field.into(), reason: reason.into() });
    }

    /// What was given for the field.
    pub(crate) fn raw(&self, name: &str) -> Option<&'object Value> {
        self.object.get(name)
    }

    /// A text, or "" when none was given.
    pub(crate) fn text(&mut self, name: &str) -> String {
        match self.raw(name) {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => {
                self.problem(name, format!("{} is not a string", shown(other)));
                String::new()
            }
        }
    }

    /// A list of texts, none of them empty.
    pub(crate) fn texts(&mut self, name: &str) -> Vec<String> {
        let Some(given) = self.raw(name) else { return Vec::new() };
        let Value::Array(items) = given else {
            self.problem(name, format!("{} is not a list of strings", shown(given)));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match item {
                Value::String(text) if !text.trim().is_empty() => texts.push(text.clone()),
                Value::String(_) => self.problem(format!("{name}[{index}]"), "must not be empty"),
                other => {
                    self.problem(format!("{name}[{index}]"), format!("{} is not a string", shown(other)));
                }
            }
        }
        texts
    }

    /// A whole number of the range, or the default.
    pub(crate) fn number(&mut self, name: &str, allowed: RangeInclusive<u32>, default: u32) -> u32 {
        let Some(given) = self.raw(name) else { return default };
        match whole(given).and_then(|number| u32::try_from(number).ok()).filter(|it| allowed.contains(it)) {
            Some(number) => number,
            None => {
                let (low, high) = (allowed.start(), allowed.end());
                self.problem(name, format!("{} is not a whole number from {low} to {high}", shown(given)));
                default
            }
        }
    }

    /// One of a few values, each with what it means for a person; the default comes first.
    pub(crate) fn one_of<T: Copy>(&mut self, name: &str, allowed: &[(Value, &str, T)], default: T) -> T {
        let Some(given) = self.raw(name) else { return default };
        let same = |value: &Value| value == given || (value.is_number() && value.as_i64() == whole(given));
        if let Some((_, _, chosen)) = allowed.iter().find(|(value, _, _)| same(value)) {
            return *chosen;
        }
        let described: Vec<String> =
            allowed.iter().map(|(value, meaning, _)| describe(value, meaning)).collect();
        self.problem(name, format!("{} is not one of {}", shown(given), described.join(", ")));
        default
    }

    /// Everything that is wrong, in the order in which it was found.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}

fn describe(value: &Value, meaning: &str) -> String {
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if meaning.is_empty() { value } else { format!("{value} ({meaning})") }
}

/// JSON writes 1 and 1.0 for the same number.
fn whole(value: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the number is whole and within the range where i64 is exact"
    )]
    let exact = |number: f64| (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(exact))
}

/// What was given, shortened for a message.
fn shown(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain(['…']).collect() }
}
