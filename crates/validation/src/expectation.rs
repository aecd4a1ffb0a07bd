//! What a schema expects, as the end of a sentence, and what is wrong with a value that does not meet it.

use jsonschema::error::ValidationErrorKind as Broken;
use serde_json::{Map, Value};

use crate::node::{Choice, Kind, Node};
use crate::shown::{shortened, shown};

/// The most values of an enumeration that a message lists.
const MAX_LISTED: usize = 20;

/// What is wrong with a value, apart from what is inside it.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) reason: String,
    /// Whether the value has the right type, so that the field's own type can say more precisely what is wrong.
    pub(crate) is_of_form: bool,
}

/// What is wrong with a value that is not `null`, or that may not be.
pub(crate) fn complaint(node: &Node, value: &Value) -> Option<Complaint> {
    if node.judge.is_valid(value) {
        return None;
    }
    let mut of_form = None;
    for error in node.judge.iter_errors(value) {
        match (error.kind(), value) {
            (
                Broken::Pattern { .. } | Broken::Format { .. } | Broken::MinLength { .. },
                Value::String(text),
            ) if text.trim().is_empty() => {
                of_form.get_or_insert_with(|| "must not be empty".to_owned());
            }
            (Broken::Pattern { .. } | Broken::Format { .. }, value) => {
                let reason = || format!("{} does not have the form that is described for it", shown(value));
                of_form.get_or_insert_with(reason);
            }
            (Broken::MinLength { limit }, value) => {
                of_form.get_or_insert_with(|| format!("{} is shorter than {limit} characters", shown(value)));
            }
            (Broken::MaxLength { limit }, value) => {
                of_form.get_or_insert_with(|| format!("{} is longer than {limit} characters", shown(value)));
            }
            (broken, value) => {
                let is_of_form = matches!(&node.kind, Kind::Choice(all) if all.len() > MAX_LISTED);
                return Some(Complaint { reason: reason(node, broken, value), is_of_form });
            }
        }
    }
    of_form.map(|reason| Complaint { reason, is_of_form: true })
}

fn reason(node: &Node, broken: &Broken, value: &Value) -> String {
    let held = |count: usize| match &node.kind {
        Kind::List { items } => format!("holds {count} {}", items.as_ref().map_or("values", |it| plural(it))),
        _ => format!("holds {count} fields"),
    };
    match (broken, value) {
        (Broken::MaxItems { limit }, Value::Array(elements)) => {
            format!("{}; at most {limit} are allowed", held(elements.len()))
        }
        (Broken::MinItems { .. }, Value::Array(elements)) if elements.is_empty() => {
            "must not be empty".to_owned()
        }
        (Broken::MinItems { limit }, Value::Array(elements)) => {
            format!("{}; at least {limit} are required", held(elements.len()))
        }
        (Broken::UniqueItems, _) => "holds the same value twice".to_owned(),
        (Broken::MaxProperties { limit }, Value::Object(fields)) => {
            format!("{}; at most {limit} are allowed", held(fields.len()))
        }
        (Broken::MinProperties { limit }, Value::Object(fields)) => {
            format!("{}; at least {limit} are required", held(fields.len()))
        }
        _ => match expected(node) {
            Some(expected) => format!("{} is not {expected}", shown(value)),
            None => format!("{} does not have the form that is described for it", shown(value)),
        },
    }
}

/// What the node expects: `a whole number from 0 to 100`.
fn expected(node: &Node) -> Option<String> {
    Some(match &node.kind {
        Kind::Object(_) => "an object".to_owned(),
        Kind::List { items } => match items {
            Some(items) => format!("a list of {}", plural(items)),
            None => "a list".to_owned(),
        },
        Kind::Choice(choices) if choices.is_empty() => return None,
        Kind::Choice(choices) if choices.len() > MAX_LISTED => {
            format!("one of the {} known values", choices.len())
        }
        Kind::Choice(choices) => {
            format!("one of {}", choices.iter().map(described).collect::<Vec<_>>().join(", "))
        }
        Kind::Whole => ranged("a whole number", &node.schema),
        Kind::Number => ranged("a number", &node.schema),
        Kind::Text => "a string".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Any => {
            let types = node.schema.get("type").and_then(Value::as_array)?;
            let names: Vec<&str> = types.iter().filter_map(Value::as_str).map(with_article).collect();
            names.join(" or ")
        }
    })
}

fn plural(node: &Node) -> &'static str {
    match node.kind {
        Kind::Object(_) => "objects",
        Kind::List { .. } => "lists",
        Kind::Whole | Kind::Number => "numbers",
        Kind::Text | Kind::Choice(_) => "strings",
        Kind::Flag => "booleans",
        Kind::Any => "values",
    }
}

fn with_article(of_schema: &str) -> &str {
    match of_schema {
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a string",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}

fn ranged(what: &str, schema: &Map<String, Value>) -> String {
    match (schema.get("minimum"), schema.get("maximum")) {
        (Some(least), Some(most)) => format!("{what} from {least} to {most}"),
        (Some(least), None) => format!("{what} from {least}"),
        (None, Some(most)) => format!("{what} up to {most}"),
        (None, None) => what.to_owned(),
    }
}

/// A value as people write it: a number with what it means, since it does not say so.
fn described(Choice { value, meaning }: &Choice) -> String {
    match (value, meaning) {
        (Value::String(text), _) => shortened(text),
        (value, Some(meaning)) => format!("{value} ({meaning})"),
        (value, None) => value.to_string(),
    }
}
