//! The parameters of a call, by place. What they mean is left to the methods.

use serde_json::Value;

use crate::agent::error::CallError;
use crate::agent::selector::Selector;

/// What stands in `params`.
pub(crate) struct Parameters<'a>(pub(crate) &'a [Value]);

impl Parameters<'_> {
    pub(crate) fn get(&self, place: usize) -> &Value {
        self.0.get(place).unwrap_or(&Value::Null)
    }

    /// A number of pixels, steps or milliseconds; what is behind the point is cut off.
    pub(crate) fn number(&self, place: usize) -> Result<i32, CallError> {
        let value = self.get(place);
        let number = value.as_f64().filter(|number| number.is_finite() && number.abs() < 2e9);
        #[expect(clippy::cast_possible_truncation, reason = "bounded above; cutting off is what is wanted")]
        number.map(|number| number as i32).ok_or_else(|| self.wrong(place, "a number"))
    }

    /// A number that may be left out.
    pub(crate) fn number_or(&self, place: usize, default: i32) -> Result<i32, CallError> {
        if self.get(place).is_null() { Ok(default) } else { self.number(place) }
    }

    pub(crate) fn text(&self, place: usize) -> Result<&str, CallError> {
        self.get(place).as_str().ok_or_else(|| self.wrong(place, "a text"))
    }

    pub(crate) fn flag(&self, place: usize) -> bool {
        self.get(place).as_bool().unwrap_or_default()
    }

    pub(crate) fn selector(&self, place: usize) -> Result<Selector, CallError> {
        if !self.get(place).is_object() {
            return Err(self.wrong(place, "a selector"));
        }
        Selector::read(self.get(place))
    }

    fn wrong(&self, place: usize, wanted: &str) -> CallError {
        CallError::Invalid(format!("parameter {place} is {}, not {wanted}", self.get(place)))
    }
}
