//! Finds everything that is wrong with an object, field by field: first what its schema refuses, then what the types of
//! single fields and of the elements of lists refuse.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::canonical::Nulls;
use crate::expectation::complaint;
use crate::node::{Kind, Node, Object};
use crate::problem::{Problem, Problems};
use crate::shown::shortened;
use crate::suggestion::unknown_name;

/// What a schema refuses.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    /// What has another type, a number out of its range, or a field that is not known.
    firm: Problems,
    /// Texts of another form: their own types say more precisely what is wrong with them.
    of_form: Problems,
}

impl Refused {
    pub(crate) fn is_empty(&self) -> bool {
        self.firm.is_empty() && self.of_form.is_empty()
    }
}

/// What the schema refuses of an object's fields.
pub(crate) fn refused(object: &Object, given: &Map<String, Value>, nulls: Nulls) -> Refused {
    let mut refused = Refused::default();
    walk_fields(object, "", given, nulls, &mut refused);
    refused
}

/// Everything that is wrong with an object's fields, each for its own: those of the schema, and those of the types in `T`.
pub(crate) fn problems<T: DeserializeOwned>(
    object: &Object,
    given: &Map<String, Value>,
    nulls: Nulls,
) -> Problems {
    let mut problems = Problems::default();
    for (name, value) in given {
        let Some(node) = object.property(name) else { continue };
        match (&node.kind, value) {
            (Kind::List { items: Some(items) }, Value::Array(elements))
                if complaint(node, value).is_none() =>
            {
                let before = problems.count();
                for (index, element) in elements.iter().enumerate() {
                    let mut refused = Refused::default();
                    walk(items, &format!("{name}[{index}]"), element, nulls, &mut refused);
                    let alone = Value::Array(vec![element.clone()]);
                    let own = || own_problem::<T>(name, alone).map(|it| at_index(it, name, index));
                    settle(refused, own, &mut problems);
                }
                if problems.count() == before {
                    settle(Refused::default(), || own_problem::<T>(name, value.clone()), &mut problems);
                }
            }
            _ => {
                let mut refused = Refused::default();
                walk_field(node, name, value, nulls, &mut refused);
                settle(refused, || own_problem::<T>(name, value.clone()), &mut problems);
            }
        }
    }
    let mut names = Refused::default();
    check_names(object, "", given, &mut names);
    problems.append(names.firm);
    problems
}

/// Takes what the schema refuses of one unit, with what the unit's own type says in place of what is wrong with its form.
fn settle(refused: Refused, own: impl FnOnce() -> Option<Problem>, problems: &mut Problems) {
    let Refused { firm, of_form } = refused;
    let own = if firm.is_empty() { own() } else { None };
    problems.append(firm);
    match own {
        Some(Problem { field, reason }) => problems.add(field, reason),
        None => problems.append(of_form),
    }
}

/// What the type of the field `name` in `T` refuses of a value that the schema allows.
fn own_problem<T: DeserializeOwned>(name: &str, value: Value) -> Option<Problem> {
    let alone = Value::Object(Map::from_iter([(name.to_owned(), value)]));
    let error = serde_path_to_error::deserialize::<_, T>(alone).err()?;
    let path = error.path().to_string();
    let rest = path.strip_prefix(name)?;
    // A field that is missing is reported at the object itself.
    (rest.is_empty() || rest.starts_with(['.', '[']))
        .then(|| Problem::new(path.clone(), error.into_inner().to_string()))
}

/// The problem of a list of one element as one of the element at `index`.
fn at_index(problem: Problem, name: &str, index: usize) -> Problem {
    let rest = problem.field.strip_prefix(&format!("{name}[0]")).unwrap_or_default();
    Problem::new(format!("{name}[{index}]{rest}"), problem.reason)
}

fn walk_fields(object: &Object, path: &str, given: &Map<String, Value>, nulls: Nulls, refused: &mut Refused) {
    check_names(object, path, given, refused);
    for (name, value) in given {
        if let Some(node) = object.property(name) {
            walk_field(node, &below(path, name), value, nulls, refused);
        }
    }
}

/// Removes what is not known from an object's fields and from what is in them, with a problem for each.
pub(crate) fn remove_unknown(
    object: &Object,
    path: &str,
    given: &mut Map<String, Value>,
    unknown: &mut Problems,
) {
    check_unknown(object, path, given, unknown);
    given.retain(|name, _| object.allows(name));
    for (name, value) in given {
        if let Some(node) = object.property(name) {
            remove_unknown_in(node, &below(path, name), value, unknown);
        }
    }
}

fn remove_unknown_in(node: &Node, path: &str, value: &mut Value, unknown: &mut Problems) {
    match (&node.kind, value) {
        (Kind::Object(object), Value::Object(given)) => remove_unknown(object, path, given, unknown),
        (Kind::List { items: Some(items) }, Value::Array(elements)) => {
            for (index, element) in elements.iter_mut().enumerate() {
                remove_unknown_in(items, &format!("{path}[{index}]"), element, unknown);
            }
        }
        _ => {}
    }
}

/// Adds what is there and not known.
fn check_unknown(object: &Object, path: &str, given: &Map<String, Value>, problems: &mut Problems) {
    let known: Vec<&str> = object.names().collect();
    for name in given.keys().filter(|name| !object.allows(name)) {
        let describe = || Problem::new(below(path, &shortened(name)), unknown_name("field", name, &known));
        problems.add_with(describe);
    }
}

/// What is there and not known, and what is required and not there.
fn check_names(object: &Object, path: &str, given: &Map<String, Value>, refused: &mut Refused) {
    check_unknown(object, path, given, &mut refused.firm);
    for name in object.required.iter().filter(|name| !given.contains_key(*name)) {
        refused.firm.add(below(path, name), "is required");
    }
}

fn walk_field(node: &Node, path: &str, value: &Value, nulls: Nulls, refused: &mut Refused) {
    if value.is_null() && !node.is_nullable && nulls == Nulls::Change {
        refused.firm.add(path, "cannot be null; leave it out to keep it as it is");
    } else {
        walk(node, path, value, nulls, refused);
    }
}

fn walk(node: &Node, path: &str, value: &Value, nulls: Nulls, refused: &mut Refused) {
    if value.is_null() && node.is_nullable {
        return;
    }
    if let Some(complaint) = complaint(node, value) {
        let problems = if complaint.is_of_form { &mut refused.of_form } else { &mut refused.firm };
        return problems.add(path, complaint.reason);
    }
    match (&node.kind, value) {
        (Kind::Object(object), Value::Object(given)) => walk_fields(object, path, given, nulls, refused),
        (Kind::List { items: Some(items) }, Value::Array(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                walk(items, &format!("{path}[{index}]"), element, nulls, refused);
            }
        }
        _ => {}
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
