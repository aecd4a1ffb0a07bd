//! The fields of an object that was checked against its schema, for rules that are about more than one of them.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::problem::Problems;

/// The fields that were given, and which of them hold what the schema and their own types allow.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'value> {
    given: &'value Map<String, Value>,
    problems: &'value Problems,
}

impl<'value> Fields<'value> {
    pub(crate) fn new(given: &'value Map<String, Value>, problems: &'value Problems) -> Self {
        Self { given, problems }
    }

    /// All fields that were given, right or wrong.
    #[must_use]
    pub fn all(&self) -> &'value Map<String, Value> {
        self.given
    }

    /// What was given for the field `name`, right or wrong.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&'value Value> {
        self.given.get(name)
    }

    /// Whether nothing is wrong with the field `name` or what is in it. A field that was not given is sound, unless it
    /// is required.
    #[must_use]
    pub fn is_sound(&self, name: &str) -> bool {
        !self.problems.concern(name)
    }

    /// What was given for the field `name`; `None` when nothing was, or something that is wrong.
    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let value = self.given(name).filter(|_| self.is_sound(name))?;
        T::deserialize(value).ok()
    }

    /// The type as it is without the fields that are wrong; `None` when it cannot be without one of them.
    #[must_use]
    pub fn sound<T: DeserializeOwned>(&self) -> Option<T> {
        let wrong = self.problems.roots();
        let sound = self.given.iter().filter(|(name, _)| !wrong.contains(name.as_str()));
        let sound: Map<String, Value> = sound.map(|(name, value)| (name.clone(), value.clone())).collect();
        T::deserialize(Value::Object(sound)).ok()
    }
}
