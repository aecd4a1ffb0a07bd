//! The scripts that tasks can run.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A script that tasks can run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Script {
    /// Its name, as in `script_name` of a request.
    pub name: String,
    /// What it does, in one sentence.
    pub description: String,
    /// The JSON Schema (2020-12) of its `script_config`.
    #[schema(value_type = Object)]
    pub schema: Value,
}

/// All scripts, by their names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScriptList {
    /// The scripts.
    pub scripts: Vec<Script>,
    /// How many they are.
    pub total: usize,
}
