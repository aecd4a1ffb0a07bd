//! Types that are read from JSON by their schema and their own rules.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::canonical::Nulls;
use crate::compiled::Schema;
use crate::fields::Fields;
use crate::node::SchemaError;
use crate::problem::Problems;

/// A type that is read from a JSON object. What single fields demand beyond the schema belongs to their types: the error
/// of a field's `Deserialize` is the reason of its problem.
pub trait Validated: DeserializeOwned + 'static {
    /// What `null` means for a field that cannot hold it.
    const NULLS: Nulls = Nulls::Absent;

    /// The JSON Schema (2020-12) of the type; references in it begin with `#`.
    fn schema() -> Value;

    /// Adds what is wrong with several fields together. Called whatever else is wrong: what it needs it asks of `fields`.
    fn check(fields: &Fields<'_>, problems: &mut Problems) {
        let _ = (fields, problems);
    }
}

/// Reads `value` as `T`.
///
/// # Errors
/// Everything that is wrong with it, in the order of the schema's fields.
pub fn validate<T: Validated>(value: Value) -> Result<T, Problems> {
    validate_with(value, |_, _| {})
}

/// Reads `value` as `T`; `check` adds what is wrong beyond the type's own rules, by what only the running program knows.
///
/// # Errors
/// As [`validate`].
pub fn validate_with<T: Validated>(
    value: Value,
    check: impl FnOnce(&Fields<'_>, &mut Problems),
) -> Result<T, Problems> {
    let schema = compiled::<T>().map_err(|error| {
        let mut problems = Problems::default();
        problems.add("", error.to_string());
        problems
    })?;
    let check = |fields: &Fields<'_>, problems: &mut Problems| {
        T::check(fields, problems);
        check(fields, problems);
    };
    schema.read(value, check).map(|valid| valid.value)
}

/// The schema of `T`, which is compiled once in the life of the program.
fn compiled<T: Validated>() -> Result<Arc<Schema>, SchemaError> {
    static COMPILED: OnceLock<Mutex<HashMap<TypeId, Arc<Schema>>>> = OnceLock::new();
    let mut all = COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(schema) = all.get(&TypeId::of::<T>()) {
        return Ok(Arc::clone(schema));
    }
    let schema = Arc::new(Schema::new(&T::schema(), T::NULLS)?);
    all.insert(TypeId::of::<T>(), Arc::clone(&schema));
    Ok(schema)
}
