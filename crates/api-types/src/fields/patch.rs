//! One field of a partial update.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tikmatrix_domain as domain;

/// A change of one field: absent from the body, `null`, or a new value.
///
/// A field of this type needs `#[serde(default, skip_serializing_if = "Patch::is_keep")]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Patch<T> {
    /// Leaves the field as it is; absent from the JSON.
    #[default]
    Keep,
    /// Removes the value; `null` in the JSON.
    Clear,
    /// Replaces the value.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the field stays as it is.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T> From<Patch<T>> for domain::Patch<T> {
    fn from(patch: Patch<T>) -> Self {
        match patch {
            Patch::Keep => Self::Keep,
            Patch::Clear => Self::Clear,
            Patch::Set(value) => Self::Set(value),
        }
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => serializer.serialize_some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Body {
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        note: Patch<String>,
    }

    #[test]
    fn an_absent_field_is_kept_null_clears_it_and_a_value_replaces_it() {
        let value = Patch::Set("x".to_owned());
        for (json, note) in
            [(json!({}), Patch::Keep), (json!({"note": null}), Patch::Clear), (json!({"note": "x"}), value)]
        {
            let body = Body { note };
            assert_eq!(serde_json::to_value(&body).unwrap(), json);
            assert_eq!(serde_json::from_value::<Body>(json).unwrap(), body);
        }
    }
}
