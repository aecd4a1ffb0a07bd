//! The parameters of a call, by position.

use serde_json::Value;

use crate::agent::error::CallError;
use crate::agent::selector::Selector;

/// The elements of `params`.
pub(crate) struct Parameters<'a>(pub(crate) &'a [Value]);

impl Parameters<'_> {
    pub(crate) fn get(&self, position: usize) -> &Value {
        self.0.get(position).unwrap_or(&Value::Null)
    }

    /// A number of pixels, steps or milliseconds, truncated.
    pub(crate) fn number(&self, position: usize) -> Result<i32, CallError> {
        let value = self.get(position);
        let number = value.as_f64().filter(|number| number.is_finite() && number.abs() < 2e9);
        #[expect(clippy::cast_possible_truncation, reason = "bounded above; truncation is intended")]
        number.map(|number| number as i32).ok_or_else(|| self.wrong(position, "a number"))
    }

    /// An optional number.
    pub(crate) fn number_or(&self, position: usize, default: i32) -> Result<i32, CallError> {
        if self.get(position).is_null() { Ok(default) } else { self.number(position) }
    }

    pub(crate) fn text(&self, position: usize) -> Result<&str, CallError> {
        self.get(position).as_str().ok_or_else(|| self.wrong(position, "a text"))
    }

    pub(crate) fn flag(&self, position: usize) -> bool {
        self.get(position).as_bool().unwrap_or_default()
    }

    pub(crate) fn selector(&self, position: usize) -> Result<Selector, CallError> {
        if !self.get(position).is_object() {
            return Err(self.wrong(position, "a selector"));
        }
        Selector::read(self.get(position))
    }

    fn wrong(&self, position: usize, wanted: &str) -> CallError {
        CallError::Invalid(format!("parameter {position} is {}, not {wanted}", self.get(position)))
    }
}
