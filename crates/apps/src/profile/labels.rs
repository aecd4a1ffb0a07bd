//! The words of the apps by key and language. A selector names a key, and matches the word of any language; a word that no
//! real screen has confirmed is assumed, and left out where the tap cannot be undone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use thiserror::Error;
use toml::{Table, Value};

/// The part of a selector that names a key.
const LABEL: &str = "label";
/// How its words are compared: a condition on a text, `exact` by default.
const COMPARED: &str = "as";
/// The conditions on a text that take one word.
const CONDITIONS: [&str; 5] = ["exact", "trimmed", "contains", "starts_with", "mentions"];

const BUILT_IN: [(&str, &str); 5] = [
    ("en", include_str!("../../profiles/labels/en.toml")),
    ("fr", include_str!("../../profiles/labels/fr.toml")),
    ("es", include_str!("../../profiles/labels/es.toml")),
    ("pt", include_str!("../../profiles/labels/pt.toml")),
    ("de", include_str!("../../profiles/labels/de.toml")),
];

/// A file of labels that cannot be read.
#[derive(Debug, Error)]
#[error("the labels in {language} cannot be read: {source}")]
pub struct LabelsError {
    language: String,
    pub(crate) source: Box<toml::de::Error>,
}

/// The words of one key in one language.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    seen: Vec<String>,
    assumed: Vec<String>,
}

/// The words of all languages by key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labels {
    /// By key, then by language.
    words: BTreeMap<String, BTreeMap<String, Words>>,
}

impl Labels {
    /// The labels that are part of the program.
    ///
    /// # Errors
    /// [`LabelsError`]; a test rules it out.
    pub fn built_in() -> Result<Arc<Self>, LabelsError> {
        static READ: OnceLock<Arc<Labels>> = OnceLock::new();
        if let Some(read) = READ.get() {
            return Ok(Arc::clone(read));
        }
        let mut labels = Self::default();
        for (language, text) in BUILT_IN {
            labels = labels.with(language, text)?;
        }
        Ok(Arc::clone(READ.get_or_init(|| Arc::new(labels))))
    }

    /// The labels with those of one more file of `language`, which replace the words of each key that it has.
    ///
    /// # Errors
    /// [`LabelsError`].
    pub fn with(mut self, language: &str, text: &str) -> Result<Self, LabelsError> {
        let file: BTreeMap<String, Words> = toml::from_str(text)
            .map_err(|source| LabelsError { language: language.to_owned(), source: Box::new(source) })?;
        for (key, words) in file {
            self.words.entry(key).or_default().insert(language.to_owned(), words);
        }
        Ok(self)
    }

    /// Returns the languages that there are words of.
    pub(crate) fn languages(&self) -> BTreeSet<String> {
        self.words.values().flat_map(|words| words.keys().cloned()).collect()
    }

    /// Returns the words of `key` in all languages, those that are only assumed on request. `None` for an unknown key.
    #[must_use]
    pub fn words(&self, key: &str, assumed_too: bool) -> Option<Vec<&str>> {
        let languages = self.words.get(key)?.values();
        let words = languages.flat_map(|words| {
            words.seen.iter().chain(words.assumed.iter().filter(move |_| assumed_too)).map(String::as_str)
        });
        Some(words.collect())
    }

    /// Replaces each `{ label = "KEY" }` in the parts of a selector with the key's words. Returns a key that is not known.
    pub(crate) fn expand(&self, parts: &mut Table, assumed_too: bool) -> Result<(), String> {
        parts.iter_mut().try_for_each(|(_, value)| self.expand_value(value, assumed_too))
    }

    fn expand_value(&self, value: &mut Value, assumed_too: bool) -> Result<(), String> {
        match value {
            Value::Array(values) => values.iter_mut().try_for_each(|it| self.expand_value(it, assumed_too)),
            Value::Table(table) => {
                let Some((key, condition)) = reference(table)? else {
                    return self.expand(table, assumed_too);
                };
                let words =
                    self.words(&key, assumed_too).ok_or_else(|| format!("there is no label {key:?}"))?;
                *value = words_as(&condition, &words);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Replaces each reference with no words, to check the rest of a selector before the labels are known.
    pub(crate) fn leave_out(parts: &mut Table) -> Result<(), String> {
        fn in_value(value: &mut Value) -> Result<(), String> {
            match value {
                Value::Array(values) => values.iter_mut().try_for_each(in_value),
                Value::Table(table) => {
                    if reference(table)?.is_none() {
                        return Labels::leave_out(table);
                    }
                    *value = Value::Array(Vec::new());
                    Ok(())
                }
                _ => Ok(()),
            }
        }
        parts.iter_mut().try_for_each(|(_, value)| in_value(value))
    }
}

fn words_as(condition: &str, words: &[&str]) -> Value {
    let as_condition = |word: &&str| {
        Value::Table(Table::from_iter([(condition.to_owned(), Value::String((*word).to_owned()))]))
    };
    Value::Array(words.iter().map(as_condition).collect())
}

/// Returns the key and the condition of a reference to a label; `None` for another table.
fn reference(table: &Table) -> Result<Option<(String, String)>, String> {
    let Some(key) = table.get(LABEL) else { return Ok(None) };
    let condition = table.get(COMPARED).map_or(Some("exact"), Value::as_str);
    match (key.as_str(), condition) {
        _ if table.keys().any(|part| part != LABEL && part != COMPARED) => {
            Err(format!("beside {LABEL:?} only {COMPARED:?} may stand"))
        }
        (Some(key), Some(condition)) if CONDITIONS.contains(&condition) => {
            Ok(Some((key.to_owned(), condition.to_owned())))
        }
        _ => {
            Err(format!("a label is {{ {LABEL} = \"KEY\", {COMPARED} = one of {} }}", CONDITIONS.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str, assumed_too: bool) -> Result<String, String> {
        let labels = Labels::default()
            .with("en", "follow = { seen = [\"Follow\"] }")
            .and_then(|labels| labels.with("de", "follow = { assumed = [\"Folgen\"] }"))
            .unwrap();
        let mut parts: Table = toml::from_str(text).unwrap();
        labels.expand(&mut parts, assumed_too).map(|()| Value::Table(parts).to_string())
    }

    #[test]
    fn a_key_stands_for_the_words_of_all_languages_and_for_the_seen_ones_where_it_matters() {
        let text = r#"text = [{ label = "follow", as = "trimmed" }, "Subscribe"]"#;
        assert_eq!(
            expanded(text, true).unwrap(),
            r#"{ text = [[{ trimmed = "Folgen" }, { trimmed = "Follow" }], "Subscribe"] }"#
        );
        assert_eq!(expanded(text, false).unwrap(), r#"{ text = [[{ trimmed = "Follow" }], "Subscribe"] }"#);
    }

    #[test]
    fn a_wrong_reference_is_explained() {
        assert!(expanded(r#"text = { label = "folow" }"#, true).unwrap_err().contains("folow"));
        assert!(
            expanded(r#"text = { label = "follow", as = "matches" }"#, true)
                .unwrap_err()
                .contains("starts_with")
        );
        assert!(expanded(r#"text = { label = "follow", exact = "x" }"#, true).unwrap_err().contains("only"));
    }

    #[test]
    fn a_file_of_a_user_replaces_the_words_of_its_keys() {
        let labels = Labels::clone(&Labels::built_in().unwrap());
        assert!(!labels.words("post", false).unwrap().contains(&"Posten"));
        let labels = labels.with("de", "post = { seen = [\"Posten\"] }").unwrap();
        assert!(labels.words("post", false).unwrap().contains(&"Posten"));
        assert!(labels.words("follow", true).unwrap().contains(&"Folgen"), "other keys stay");
    }

    #[test]
    fn english_has_every_key_of_every_language() {
        let labels = Labels::built_in().unwrap();
        let lacking: Vec<_> = labels.words.iter().filter(|(_, words)| !words.contains_key("en")).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }
}
