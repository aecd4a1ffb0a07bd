//! A compiled schema, and reading a value by it.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::canonical::{self, Nulls};
use crate::fields::Fields;
use crate::node::{Kind, Node, Object, SchemaError};
use crate::problem::Problems;
use crate::units;

/// The JSON Schema (2020-12) of an object, compiled once and used for every value.
#[derive(Debug)]
pub struct Schema {
    object: Object,
    node: Node,
    nulls: Nulls,
    is_lenient: bool,
    has_blanks: bool,
}

/// A value that holds what it may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Valid<T> {
    /// The value.
    pub value: T,
    /// The fields that were given, in their order, in the types that the schema asks for.
    pub given: Map<String, Value>,
}

impl Schema {
    /// Compiles `schema`. References in it begin with `#`; what it demands of several fields together (`if`, `not`,
    /// `allOf`) is left to the check of the type.
    ///
    /// # Errors
    /// [`SchemaError`] when it describes no object, refers to itself or to something that is not in it, or is not valid.
    pub fn new(schema: &Value, nulls: Nulls) -> Result<Self, SchemaError> {
        let mut node = Node::compile(schema, schema)?;
        match std::mem::replace(&mut node.kind, Kind::Any) {
            Kind::Object(object) => Ok(Self { object, node, nulls, is_lenient: false, has_blanks: false }),
            _ => Err(SchemaError("it does not describe an object".to_owned())),
        }
    }

    /// The same, which takes a number or a boolean that a client wrote as a string for what it reads as. Only for the
    /// fields of the object itself; everything in them stays strict.
    #[must_use]
    pub fn lenient(self) -> Self {
        Self { is_lenient: true, ..self }
    }

    /// The same, in which a blank text for an optional field of the object itself counts as not given.
    #[must_use]
    pub fn without_blanks(self) -> Self {
        Self { has_blanks: true, ..self }
    }

    /// Removes the fields that are not known from `value`, at any depth, and returns a problem for each.
    pub fn remove_unknown(&self, value: &mut Value) -> Problems {
        let mut unknown = Problems::default();
        if let Value::Object(given) = value {
            units::remove_unknown(&self.object, "", given, &mut unknown);
        }
        unknown
    }

    /// Reads `value`. `check` adds what is wrong beyond the schema and the types of single fields.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the schema's fields, unknown ones first.
    pub fn read<T: DeserializeOwned>(
        &self,
        value: Value,
        check: impl FnOnce(&Fields<'_>, &mut Problems),
    ) -> Result<Valid<T>, Problems> {
        let mut problems = Problems::default();
        let Value::Object(given) = value else {
            problems.add("", "must be a JSON object");
            return Err(problems);
        };
        let given = if self.is_lenient { canonical::lenient(&self.object, given) } else { given };
        let given = if self.has_blanks { canonical::without_blanks(&self.object, given) } else { given };
        let given = canonical::fields(&self.object, given, self.nulls);
        if !units::refused(&self.object, &given, self.nulls).is_empty() {
            problems = units::problems::<T>(&self.object, &given, self.nulls);
        } else if let Some(reason) = self.complaint(&given) {
            problems.add("", reason);
        }
        let mut read = None;
        if problems.is_empty() {
            match serde_path_to_error::deserialize(&Value::Object(given.clone())) {
                Ok(value) => read = Some(value),
                Err(error) => {
                    problems = units::problems::<T>(&self.object, &given, self.nulls);
                    if problems.is_empty() {
                        let path = error.path().to_string();
                        let field = if path == "." { "" } else { &path };
                        problems.add(field, error.inner().to_string());
                    }
                }
            }
        }
        let mut own = Problems::default();
        check(&Fields::new(&given, &problems), &mut own);
        problems.merge(own);
        match read {
            Some(value) if problems.is_empty() => Ok(Valid { value, given }),
            _ => {
                problems.sort_by_field(|name| self.place(name));
                Err(problems)
            }
        }
    }

    /// What is wrong with the object as a whole.
    fn complaint(&self, given: &Map<String, Value>) -> Option<String> {
        let least = self.node.schema.get("minProperties").and_then(Value::as_u64)?;
        let names: Vec<&str> = self.object.names().collect();
        let names = names.join(", ");
        ((given.len() as u64) < least).then(|| match self.nulls {
            Nulls::Change => format!("asks for no change; what can change is {names}"),
            Nulls::Wrong | Nulls::Absent => format!("needs at least {least} of {names}"),
        })
    }

    fn place(&self, name: &str) -> usize {
        self.object.names().position(|known| known == name).map_or(0, |place| place + 1)
    }
}
