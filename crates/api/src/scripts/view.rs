//! Scripts as the API shows them.

use serde::Serialize;
use serde_json::Value;
use tikmatrix_device::script::RegisteredScript;
use utoipa::ToSchema;

/// A script that tasks can be made of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Script)]
pub(crate) struct ScriptView {
    /// What `script_name` of a request calls it.
    name: &'static str,
    /// What it does, in one sentence.
    description: &'static str,
    /// The JSON Schema (2020-12) of its `script_config`.
    #[schema(value_type = Object)]
    schema: Value,
}

impl ScriptView {
    pub(crate) fn new(script: &RegisteredScript) -> Self {
        Self { name: script.name(), description: script.description(), schema: script.schema().clone() }
    }
}

/// All scripts, by their names.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScriptList)]
pub(crate) struct ScriptListView {
    /// The scripts.
    pub(crate) scripts: Vec<ScriptView>,
    /// How many they are.
    pub(crate) total: usize,
}
