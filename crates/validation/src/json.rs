//! Strict parsing: duplicate keys, lone surrogates, bytes that are no UTF-8, numbers beyond what fits and endless nesting
//! are errors with their position.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Parses `bytes` as one JSON value, behind the byte order mark that some editors write.
///
/// # Errors
/// One sentence for the person who wrote the JSON, with line and column.
pub fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        format!("the body is not UTF-8: byte {} does not belong to a character", error.valid_up_to() + 1)
    })?;
    let text = without_mark(text);
    if text.trim().is_empty() {
        return Err("the body is empty, and a JSON object is needed".to_owned());
    }
    serde_json::from_str::<Strict>(text)
        .map(|strict| strict.0)
        .map_err(|error| format!("the body is not valid JSON: {error}"))
}

/// Returns a text without the byte order mark that some editors write before it.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A value whose objects have no key twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Strict(element)) = access.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is given twice")));
            }
            let Strict(value) = access.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn error(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_key_that_is_given_twice_is_named() {
        assert!(error(r#"{"a": 1, "b": {"c": 1, "c": 2}}"#).contains(r#"the key "c" is given twice"#));
    }

    #[test]
    fn hostile_bodies_are_errors_that_say_what_is_wrong() {
        assert!(error("").contains("empty"));
        assert!(error("{\"a\": ").contains("line 1 column"));
        assert!(error(r#"{"a": 1e999}"#).contains("out of range"));
        assert!(error(r#"{"a": "\ud83d"}"#).contains("not valid JSON"));
        assert!(error(&"[".repeat(1_000_000)).contains("recursion limit"));
        assert!(error("{} {}").contains("trailing characters"));
        assert!(parse(b"{\"a\": \"\xff\"}").unwrap_err().contains("not UTF-8"));
    }

    #[test]
    fn ordinary_json_is_read_with_its_fields_in_order() {
        let text = r#"{"b": [1, -2, 2.5, true, null, "👩‍👩‍👧‍👦 שלום"], "a": {}}"#;
        assert_eq!(parse(text.as_bytes()), Ok(json!({"b": [1, -2, 2.5, true, null, "👩‍👩‍👧‍👦 שלום"], "a": {}})));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
