//! Reading a script's configuration field by field, so that everything that is wrong with it is told at once. What the
//! fields mean is the scripts'.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};
use tikmatrix_domain::AppKind;
use tikmatrix_validation::{Problem, unknown_name, whole};

/// A configuration that is being read, and what was found wrong with it.
#[derive(Debug)]
pub struct Fields<'object> {
    object: &'object Map<String, Value>,
    problems: Vec<Problem>,
}

impl<'object> Fields<'object> {
    /// Begins with the names: one that is not `known` is a problem, with the nearest known one in its reason.
    ///
    /// # Errors
    /// The one problem of a configuration that is no object.
    pub fn of(config: &'object Value, known: &[&str]) -> Result<Self, Vec<Problem>> {
        let Value::Object(object) = config else {
            return Err(vec![Problem { field: String::new(), reason: "must be a JSON object".to_owned() }]);
        };
        let unknown = object.keys().filter(|name| !known.contains(&name.as_str()));
        let problems =
            unknown.map(|name| Problem { field: name.clone(), reason: unknown_name("field", name, known) });
        Ok(Self { object, problems: problems.collect() })
    }

    /// Tells of one more problem.
    pub fn problem(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.problems.push(Problem { field: field.into(), reason: reason.into() });
    }

    /// What was given for the field.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&'object Value> {
        self.object.get(name)
    }

    /// A text, or "" when none was given.
    pub fn text(&mut self, name: &str) -> String {
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
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        self.items(name).into_iter().map(|(_, text)| text).collect()
    }

    /// A list of texts, none of them empty, each with its path, such as `names[2]`.
    pub fn items(&mut self, name: &str) -> Vec<(String, String)> {
        let Some(given) = self.raw(name) else { return Vec::new() };
        let Value::Array(items) = given else {
            self.problem(name, format!("{} is not a list of strings", shown(given)));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{name}[{index}]");
            match item {
                Value::String(text) if !text.trim().is_empty() => texts.push((path, text.clone())),
                Value::String(_) => self.problem(path, "must not be empty"),
                other => self.problem(path, format!("{} is not a string", shown(other))),
            }
        }
        texts
    }

    /// A whole number of the range, or the default.
    pub fn number(&mut self, name: &str, allowed: RangeInclusive<u32>, default: u32) -> u32 {
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
    pub fn one_of<T: Copy>(&mut self, name: &str, allowed: &[(Value, &str, T)], default: T) -> T {
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

    /// The app that the configuration names in `app`.
    pub fn app(&mut self) -> Option<AppKind> {
        let allowed = [AppKind::TikTok, AppKind::Instagram].map(|app| (json!(app.as_str()), "", Some(app)));
        self.one_of("app", &allowed, None)
    }

    /// Whether anything was noted of one of `names` or of what is in it.
    #[must_use]
    pub fn has_problem_with(&self, names: &[&str]) -> bool {
        let of = |problem: &Problem, name: &str| {
            problem.field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        };
        self.problems.iter().any(|problem| names.iter().any(|name| of(problem, name)))
    }

    /// What was read, when nothing is wrong.
    ///
    /// # Errors
    /// Everything that is wrong, in the order in which it was found.
    pub fn finish<T>(self, read: T) -> Result<T, Vec<Problem>> {
        if self.problems.is_empty() { Ok(read) } else { Err(self.problems) }
    }
}

fn describe(value: &Value, meaning: &str) -> String {
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if meaning.is_empty() { value } else { format!("{value} ({meaning})") }
}

/// What was given, shortened for a message.
fn shown(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fields: Fields<'_>) -> Vec<String> {
        let problems = fields.finish(()).err().unwrap_or_default();
        problems.iter().map(|it| format!("{}: {}", it.field, it.reason)).collect()
    }

    #[test]
    fn every_problem_is_told_at_once_with_its_path() {
        let config = json!({"name": 3, "names": ["a", "", 4], "count": 1.5, "app": "vimeo", "nams": []});
        let mut fields = Fields::of(&config, &["name", "names", "count", "app"]).unwrap();
        assert_eq!(fields.text("name"), "");
        assert_eq!(fields.items("names"), [("names[0]".to_owned(), "a".to_owned())]);
        assert_eq!(fields.number("count", 1..=3, 2), 2);
        assert_eq!(fields.app(), None);
        assert!(fields.has_problem_with(&["names"]) && !fields.has_problem_with(&["nam"]));
        assert_eq!(
            told(fields),
            [
                "nams: is not a known field; did you mean name?",
                "name: 3 is not a string",
                "names[1]: must not be empty",
                "names[2]: 4 is not a string",
                "count: 1.5 is not a whole number from 1 to 3",
                "app: \"vimeo\" is not one of tiktok, instagram",
            ]
        );
    }

    #[test]
    fn what_is_right_or_missing_is_read_without_a_word() {
        let config = json!({"count": 3.0, "app": "instagram"});
        let mut fields = Fields::of(&config, &["count", "app", "names"]).unwrap();
        assert_eq!(fields.number("count", 1..=3, 2), 3, "JSON writes 3 and 3.0 for the same number");
        assert_eq!(fields.app(), Some(AppKind::Instagram));
        assert!(fields.texts("names").is_empty());
        assert_eq!(fields.finish("read"), Ok("read"));
        assert_eq!(Fields::of(&json!([]), &[]).unwrap_err()[0].reason, "must be a JSON object");
    }
}
