//! Values in the types that the schema asks for: whole floats as integers and, where a schema is lenient, numbers and
//! booleans that came as texts.

use serde_json::{Map, Number, Value};

use crate::node::{Kind, Node, Object};

/// What `null` means for a field that cannot hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nulls {
    /// It is a wrong value like any other.
    #[default]
    Wrong,
    /// The field counts as not given.
    Absent,
    /// It is wrong in an object that describes a change: only fields that may hold `null` can be taken away.
    Change,
}

/// The whole number that a value is, if it is one. JSON writes 1 and 1.0 for the same number.
#[must_use]
pub fn whole(value: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the number is whole and within the range where i64 is exact"
    )]
    let exact = |number: f64| (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(exact))
}

/// The fields of `given` in the types of `object`, in their order. A `null` that counts as not given is left out.
pub(crate) fn fields(object: &Object, given: Map<String, Value>, nulls: Nulls) -> Map<String, Value> {
    let canonical = given.into_iter().filter_map(|(name, value)| {
        let Some(node) = object.property(&name) else { return Some((name, value)) };
        let is_absent = value.is_null() && nulls == Nulls::Absent && !node.is_nullable;
        (!is_absent).then(|| (name, canonical(node, value, nulls)))
    });
    canonical.collect()
}

fn canonical(node: &Node, value: Value, nulls: Nulls) -> Value {
    match (&node.kind, value) {
        (Kind::Object(object), Value::Object(given)) => Value::Object(fields(object, given, nulls)),
        (Kind::List { items: Some(items) }, Value::Array(elements)) => {
            elements.into_iter().map(|element| canonical(items, element, nulls)).collect()
        }
        (Kind::Whole | Kind::Choice(_), value @ Value::Number(_)) => whole(&value).map_or(value, Value::from),
        (_, value) => value,
    }
}

/// The fields of `given` with numbers and booleans in place of texts that read as such.
pub(crate) fn lenient(object: &Object, given: Map<String, Value>) -> Map<String, Value> {
    let read = |(name, value): (String, Value)| {
        let read = object.property(&name).and_then(|node| other_spelling(node, &value));
        (name, read.unwrap_or(value))
    };
    given.into_iter().map(read).collect()
}

/// The fields of `given` without those that are optional and hold a blank text, which counts as not given.
pub(crate) fn without_blanks(object: &Object, mut given: Map<String, Value>) -> Map<String, Value> {
    given.retain(|name, value| {
        let is_blank = value.as_str().is_some_and(|text| text.trim().is_empty());
        !is_blank || object.property(name).is_none() || object.required.contains(name)
    });
    given
}

/// The number or boolean that is meant by a value of another type, if there is one.
fn other_spelling(node: &Node, value: &Value) -> Option<Value> {
    match (&node.kind, value) {
        (Kind::Whole | Kind::Number, Value::String(text)) => number(text),
        (Kind::Choice(choices), Value::String(text)) if !choices.iter().any(|it| it.value == *value) => {
            number(text).filter(|number| choices.iter().any(|it| it.value == *number))
        }
        (Kind::Flag, Value::String(text)) => match text.trim() {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        (Kind::Flag, Value::Number(_)) => match whole(value)? {
            1 => Some(Value::Bool(true)),
            0 => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    }
}

fn number(text: &str) -> Option<Value> {
    serde_json::from_str::<Number>(text.trim()).ok().map(Value::Number)
}
