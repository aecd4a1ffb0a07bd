//! What is wrong with a value, within bounds.

use std::collections::HashSet;
use std::fmt;

/// The most problems that are kept; the others are counted.
pub const MAX_PROBLEMS: usize = 100;
/// The longest path or reason, in characters; a longer one is cut.
pub const MAX_TEXT: usize = 300;

/// One thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The path of the field, such as `content_type` or `material_list[2]`; empty for the value as a whole.
    pub field: String,
    /// What is wrong with it and what is allowed, without the field's name: `7 is not one of 0 (video), 1 (images)`.
    pub reason: String,
}

impl Problem {
    /// A problem whose texts have at most [`MAX_TEXT`] characters.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: cut(field.into()), reason: cut(reason.into()) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            formatter.write_str(&self.reason)
        } else {
            write!(formatter, "{}: {}", self.field, self.reason)
        }
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
        text.pop();
        text.push('…');
    }
    text
}

/// Everything that is wrong with a value: the first [`MAX_PROBLEMS`], and how many more there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems {
    kept: Vec<Problem>,
    rest: usize,
}

impl Problems {
    /// Adds a problem.
    pub fn add(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.add_with(|| Problem::new(field, reason));
    }

    /// Adds the problem that `describe` returns, which is not called for one that is only counted.
    pub fn add_with(&mut self, describe: impl FnOnce() -> Problem) {
        if self.kept.len() < MAX_PROBLEMS {
            self.kept.push(describe());
        } else {
            self.rest += 1;
        }
    }

    /// Adds every problem of `others` with `path` before its field: `config` makes `config.name` of `name`.
    pub fn add_below(&mut self, path: &str, others: Self) {
        self.rest += others.rest;
        for Problem { field, reason } in others.kept {
            let separator = if field.is_empty() || field.starts_with('[') { "" } else { "." };
            self.add(format!("{path}{separator}{field}"), reason);
        }
    }

    pub(crate) fn append(&mut self, others: Self) {
        self.rest += others.rest;
        for Problem { field, reason } in others.kept {
            self.add(field, reason);
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many there are, those included that were not kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept.len() + self.rest
    }

    /// How many were not kept.
    #[must_use]
    pub fn rest(&self) -> usize {
        self.rest
    }

    /// Those that were kept.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.kept.iter()
    }

    /// Whether one of them is about the field `name` or something in it.
    #[must_use]
    pub fn concern(&self, name: &str) -> bool {
        self.kept.iter().any(|problem| root(&problem.field) == name)
    }

    /// The outermost fields that those which were kept are about.
    pub(crate) fn roots(&self) -> HashSet<&str> {
        self.kept.iter().map(|problem| root(&problem.field)).collect()
    }

    /// `Ok` when there is none.
    ///
    /// # Errors
    /// The problems themselves.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Adds the problems that a type's own rules found. One of them replaces what the schema says of the same field.
    pub(crate) fn merge(&mut self, own: Self) {
        self.kept.retain(|problem| !own.kept.iter().any(|other| other.field == problem.field));
        self.kept.extend(own.kept);
        self.rest += own.rest;
    }

    /// Sorts them by the place of their field, and keeps the order of those of one field.
    pub(crate) fn sort_by_field(&mut self, place: impl Fn(&str) -> usize) {
        self.kept.sort_by_key(|problem| place(root(&problem.field)));
        self.rest += self.kept.len().saturating_sub(MAX_PROBLEMS);
        self.kept.truncate(MAX_PROBLEMS);
    }
}

/// The name of the outermost field of a path.
fn root(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { kept: vec![problem], rest: 0 }
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.kept.into_iter()
    }
}

impl<'problems> IntoIterator for &'problems Problems {
    type Item = &'problems Problem;
    type IntoIter = std::slice::Iter<'problems, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.kept.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{problem}")?;
        }
        match self.rest {
            0 => Ok(()),
            rest => write!(formatter, "; and {rest} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_beyond_the_bound_are_counted() {
        let mut problems = Problems::default();
        for index in 0..250 {
            problems.add(format!("names[{index}]"), "x".repeat(1000));
        }
        assert_eq!((problems.iter().count(), problems.rest(), problems.count()), (100, 150, 250));
        assert!(problems.iter().all(|problem| problem.reason.chars().count() == MAX_TEXT));
        assert!(problems.to_string().ends_with("…; and 150 more"));
        let mut all = Problems::default();
        all.add("name", "is required");
        all.add_below("config", problems);
        assert_eq!((all.iter().count(), all.count()), (100, 251));
        assert_eq!(all.iter().nth(1).unwrap().field, "config.names[0]");
    }

    #[test]
    fn what_is_only_counted_is_not_described() {
        let mut problems = Problems::default();
        let mut described = 0;
        for _ in 0..1000 {
            problems.add_with(|| {
                described += 1;
                Problem::new("name", "is wrong")
            });
        }
        assert_eq!((described, problems.count()), (MAX_PROBLEMS, 1000));
    }

    #[test]
    fn a_field_is_concerned_by_problems_of_what_is_in_it() {
        let mut problems = Problems::default();
        problems.add("names[3].first", "is required");
        assert!(problems.concern("names") && !problems.concern("name"));
    }
}
