//! Strict parsing: duplicate keys, lone surrogates, bytes that are no UTF-8, numbers beyond what fits, endless nesting and
//! more values than any request needs are errors with their position.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::shown::shortened;

/// The most fields of one object. No object of the API has as many; checking unknown ones costs time each.
const MAX_FIELDS: usize = 1_000;
/// The most values in one text, those within others counted: more than the recipients and targets of the largest request.
const MAX_VALUES: usize = 50_000;

/// Parses `bytes` as one JSON value, behind the byte order mark that some editors write.
///
/// # Errors
/// One sentence for the person who wrote the JSON, with line and column.
pub fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        format!("the body is not UTF-8: byte {} does not belong to a character", error.valid_up_to() + 1)
    })?;
    if without_mark(text).trim().is_empty() {
        return Err("the body is empty, and a JSON object is needed".to_owned());
    }
    parse_text(text).map_err(|error| format!("the body is not valid JSON: {error}"))
}

/// Parses `text` as one JSON value, behind the byte order mark that some editors write.
///
/// # Errors
/// What is wrong, with the path of a key that is given twice, and line and column.
pub fn parse_text(text: &str) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(without_mark(text));
    let value = Strict(&Position::default()).deserialize(&mut deserializer)?;
    deserializer.end().map(|()| value)
}

/// Returns a text without the byte order mark that some editors write before it.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// How far a text was read.
#[derive(Default)]
struct Position {
    /// The number of values so far.
    count: Cell<usize>,
    /// The keys and indices of the value that is being read.
    path: RefCell<Vec<Segment>>,
}

/// One part of the path of a value.
enum Segment {
    Key(String),
    Index(usize),
}

impl Position {
    /// Returns the path of `key` in the object that is being read, as problems name fields: `a.b[2].c`.
    fn path_of(&self, key: &str) -> String {
        let shown = |key: &str| shortened(key).escape_debug().to_string();
        let mut path = String::new();
        for segment in self.path.borrow().iter() {
            let dot = if path.is_empty() { "" } else { "." };
            match segment {
                Segment::Key(key) => path.extend([dot, &shown(key)]),
                Segment::Index(index) => path.extend(["[", &index.to_string(), "]"]),
            }
        }
        let dot = if path.is_empty() { "" } else { "." };
        path + dot + &shown(key)
    }
}

/// Reads a value whose objects have no key twice.
#[derive(Clone, Copy)]
struct Strict<'position>(&'position Position);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.0.count.set(self.0.count.get() + 1);
        if self.0.count.get() > MAX_VALUES {
            return Err(D::Error::custom(format!("it holds more than {MAX_VALUES} values")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
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
        self.0.path.borrow_mut().push(Segment::Index(0));
        while let Some(element) = access.next_element_seed(self)? {
            elements.push(element);
            if let Some(last) = self.0.path.borrow_mut().last_mut() {
                *last = Segment::Index(elements.len());
            }
        }
        self.0.path.borrow_mut().pop();
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("{} is given twice", self.0.path_of(&key))));
            }
            if object.len() == MAX_FIELDS {
                return Err(A::Error::custom(format!("an object has more than {MAX_FIELDS} fields")));
            }
            self.0.path.borrow_mut().push(Segment::Key(key.clone()));
            let value = access.next_value_seed(self)?;
            self.0.path.borrow_mut().pop();
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
    fn a_key_that_is_given_twice_is_named_by_its_path() {
        for (text, path) in [
            (r#"{"a": 1, "a": 2}"#, "a"),
            (r#"{"a": 1, "b": {"c": 1, "c": 2}}"#, "b.c"),
            (r#"{"a": [{"b": 1}, [[1], {"b": 1, "b": 2}]]}"#, "a[1][1].b"),
            (r#"{"a": {"b": {}}, "c": [1], "d": 1, "d": 2}"#, "d"),
        ] {
            let said = error(text);
            assert!(
                said.contains(&format!("JSON: {path} is given twice at line 1 column")),
                "{text}: {said}"
            );
        }
        let long = "k".repeat(10_000);
        assert!(error(&format!(r#"{{"{long}": 1, "{long}": 2}}"#)).len() < 500);
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
    fn more_fields_and_values_than_any_request_needs_are_refused_before_they_are_checked() {
        let object = |fields: usize| {
            let fields: Vec<String> = (0..fields).map(|number| format!("\"unknown{number}\": 1")).collect();
            format!("{{{}}}", fields.join(","))
        };
        assert!(parse(object(MAX_FIELDS).as_bytes()).is_ok());
        assert!(error(&object(150_000)).contains("an object has more than 1000 fields at line 1"));
        let list = |elements: usize| format!("[{}1]", "1,".repeat(elements - 1));
        assert!(parse(list(MAX_VALUES - 1).as_bytes()).is_ok());
        assert!(error(&list(MAX_VALUES)).contains("it holds more than 50000 values at line 1"));
        assert!(error(&format!("[{}1]", "{},".repeat(MAX_VALUES))).contains("more than 50000 values"));
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
