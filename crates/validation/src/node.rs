//! A schema in the form in which values are walked: references followed, alternatives with `null` taken apart, and each
//! part with a judge of its own.

use std::fmt;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// Deeper than any body; beyond it a schema refers to itself.
const MAX_DEPTH: usize = 16;
/// The keywords that judge a value without what is in it. What demands one field for another is for a type's own rules.
const OWN_KEYWORDS: [&str; 19] = [
    "type",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// A schema that cannot be compiled: a defect of the type that it describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError(pub(crate) String);

impl fmt::Display for SchemaError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the schema cannot be used: {}", self.0)
    }
}

impl std::error::Error for SchemaError {}

/// One part of a schema.
#[derive(Debug)]
pub(crate) struct Node {
    /// What it may hold beside `null`.
    pub(crate) kind: Kind,
    /// Whether it may be `null`.
    pub(crate) is_nullable: bool,
    /// The schema without what is inside it.
    pub(crate) schema: Map<String, Value>,
    /// Judges a value that is not `null`, without what is inside it.
    pub(crate) judge: Validator,
}

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Kind {
    Object(Object),
    List { items: Option<Box<Node>> },
    Choice(Vec<Choice>),
    Whole,
    Number,
    Text,
    Flag,
    Any,
}

/// The fields of an object.
#[derive(Debug)]
pub(crate) struct Object {
    properties: Vec<(String, Node)>,
    pub(crate) required: Vec<String>,
    others: Others,
}

/// The fields of an object that the schema does not name.
#[derive(Debug)]
enum Others {
    Refused,
    Any,
    Each(Box<Node>),
}

/// One of the values of an enumeration.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) value: Value,
    /// What it means for a person.
    pub(crate) meaning: Option<String>,
}

impl Object {
    /// The schema of the field `name`; `None` where any value will do, or none at all.
    pub(crate) fn property(&self, name: &str) -> Option<&Node> {
        let named = self.properties.iter().find(|(known, _)| known == name);
        match (named, &self.others) {
            (Some((_, node)), _) => Some(node),
            (None, Others::Each(node)) => Some(node),
            (None, Others::Refused | Others::Any) => None,
        }
    }

    /// Whether an object may have the field `name`.
    pub(crate) fn allows(&self, name: &str) -> bool {
        !matches!(self.others, Others::Refused) || self.properties.iter().any(|(known, _)| known == name)
    }

    /// The fields that have a name in the schema, in its order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.properties.iter().map(|(name, _)| name.as_str())
    }
}

impl Node {
    /// Compiles `schema`, whose references are those of `root`.
    pub(crate) fn compile(schema: &Value, root: &Value) -> Result<Self, SchemaError> {
        Self::of(inline(schema, root, 0)?)
    }

    fn of(schema: Map<String, Value>) -> Result<Self, SchemaError> {
        let (schema, is_nullable) = without_null(schema);
        let kind = kind(&schema)?;
        let mut own: Map<String, Value> =
            schema.into_iter().filter(|(keyword, _)| OWN_KEYWORDS.contains(&keyword.as_str())).collect();
        if is_nullable && let Some(Value::Array(types)) = own.get_mut("type") {
            types.retain(|it| it != "null");
        }
        let judge = jsonschema::draft202012::new(&Value::Object(own.clone()));
        let judge = judge.map_err(|error| SchemaError(error.to_string()))?;
        Ok(Self { kind, is_nullable, schema: own, judge })
    }
}

fn kind(schema: &Map<String, Value>) -> Result<Kind, SchemaError> {
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).filter(|it| *it != "null").collect()
        }
        _ => Vec::new(),
    };
    if let Some(choices) = choices(schema) {
        return Ok(Kind::Choice(choices));
    }
    Ok(match types.as_slice() {
        ["object"] => Kind::Object(object(schema)?),
        ["array"] => Kind::List { items: inner(schema.get("items"))? },
        ["integer"] => Kind::Whole,
        ["number"] => Kind::Number,
        ["string"] => Kind::Text,
        ["boolean"] => Kind::Flag,
        [] if schema.contains_key("properties") => Kind::Object(object(schema)?),
        _ => Kind::Any,
    })
}

fn object(schema: &Map<String, Value>) -> Result<Object, SchemaError> {
    let mut properties = Vec::new();
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        properties.push((name.clone(), Node::of(fields_of(property))?));
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let required = required.filter_map(Value::as_str).map(str::to_owned).collect();
    let others = match schema.get("additionalProperties") {
        Some(Value::Bool(false)) => Others::Refused,
        None | Some(Value::Bool(true)) => Others::Any,
        others => inner(others)?.map_or(Others::Any, Others::Each),
    };
    Ok(Object { properties, required, others })
}

fn inner(schema: Option<&Value>) -> Result<Option<Box<Node>>, SchemaError> {
    schema.map(|schema| Node::of(fields_of(schema)).map(Box::new)).transpose()
}

/// The values of an enumeration: of `enum`, of `const`, or of alternatives that are all one of these.
fn choices(schema: &Map<String, Value>) -> Option<Vec<Choice>> {
    let choice = |value: &Value, meaning: Option<String>| Choice { value: value.clone(), meaning };
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Some(values.iter().filter(|it| !it.is_null()).map(|value| choice(value, None)).collect());
    }
    if let Some(value) = schema.get("const") {
        let meaning = schema.get("description").and_then(Value::as_str).map(meaning);
        return Some(vec![choice(value, meaning)]);
    }
    let alternatives = ["oneOf", "anyOf"].iter().find_map(|keyword| schema.get(*keyword)?.as_array())?;
    // Another spelling of one of the values is valid and not offered.
    let offered = alternatives.iter().filter(|it| it.get("deprecated") != Some(&Value::Bool(true)));
    let each: Option<Vec<Vec<Choice>>> =
        offered.map(|alternative| choices(alternative.as_object()?)).collect();
    Some(each?.into_iter().flatten().collect()).filter(|choices: &Vec<_>| !choices.is_empty())
}

/// A description as a remark in brackets: without its full stop, and in lower case unless it begins with a name.
fn meaning(description: &str) -> String {
    let text = description.trim().trim_end_matches('.');
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), second) if second.is_none_or(char::is_lowercase) || second == Some(' ') => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

/// The same schema for a value that is not `null`, and whether it may be that.
fn without_null(mut schema: Map<String, Value>) -> (Map<String, Value>, bool) {
    let is_null = |it: &Value| it.get("type").is_some_and(|it| it == "null");
    for keyword in ["oneOf", "anyOf"] {
        let Some(Value::Array(alternatives)) = schema.get_mut(keyword) else { continue };
        let before = alternatives.len();
        alternatives.retain(|it| !is_null(it));
        let is_nullable = alternatives.len() < before;
        if let [one] = alternatives.as_slice() {
            let one = fields_of(one);
            schema.shift_remove(keyword);
            let (mut one, inner) = without_null(one);
            one.extend(schema);
            return (one, is_nullable || inner);
        }
        if is_nullable {
            return (schema, true);
        }
    }
    let has_null = |keyword: &str| match schema.get(keyword) {
        Some(Value::Array(values)) => values.iter().any(|it| it.is_null() || it == "null"),
        _ => false,
    };
    let is_nullable = match schema.get("enum") {
        Some(Value::Array(values)) => values.iter().any(Value::is_null),
        _ => has_null("type"),
    };
    (schema, is_nullable)
}

/// The schema with each reference replaced by what it refers to, and with one-part `allOf`s opened.
fn inline(schema: &Value, root: &Value, depth: usize) -> Result<Map<String, Value>, SchemaError> {
    if depth > MAX_DEPTH {
        return Err(SchemaError("it refers to itself".to_owned()));
    }
    let mut fields = Map::new();
    let given = fields_of(schema);
    if let Some(reference) = given.get("$ref").and_then(Value::as_str) {
        let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        let target = target.ok_or_else(|| SchemaError(format!("{reference} is not in it")))?;
        fields = inline(target, root, depth + 1)?;
    }
    if let Some([one]) = given.get("allOf").and_then(Value::as_array).map(Vec::as_slice)
        && one.get("if").is_none()
    {
        fields.extend(inline(one, root, depth + 1)?);
    }
    for (keyword, value) in given {
        let value = match (keyword.as_str(), value) {
            ("$ref" | "$defs" | "definitions" | "components" | "allOf", _) => continue,
            ("items" | "additionalProperties", value @ Value::Object(_)) => {
                Value::Object(inline(&value, root, depth + 1)?)
            }
            ("oneOf" | "anyOf", Value::Array(alternatives)) => {
                let inlined = alternatives.iter().map(|it| inline(it, root, depth + 1).map(Value::Object));
                Value::Array(inlined.collect::<Result<_, _>>()?)
            }
            ("properties", Value::Object(properties)) => {
                let inlined = properties.into_iter().map(|(name, property)| {
                    inline(&property, root, depth + 1).map(|property| (name, Value::Object(property)))
                });
                Value::Object(inlined.collect::<Result<_, _>>()?)
            }
            (_, value) => value,
        };
        fields.insert(keyword, value);
    }
    Ok(fields)
}

/// A schema as an object: `true` and `false` are schemas too.
fn fields_of(schema: &Value) -> Map<String, Value> {
    match schema {
        Value::Object(fields) => fields.clone(),
        Value::Bool(false) => Map::from_iter([("enum".to_owned(), json!([]))]),
        _ => Map::new(),
    }
}
