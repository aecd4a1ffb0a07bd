//! What a script is.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tikmatrix_domain::AppId;
use tikmatrix_validation::{Fields, Problem, Problems};

use super::app_options::AppOption;
use crate::script::context::Context;
use crate::script::failure::Failure;
use crate::script::run_outcome::Completion;

/// Something that a phone can be asked to do.
#[async_trait]
pub trait Script: Send + Sync + 'static {
    /// Its configuration: the one place that names its fields. Schema, defaults, limits and documentation are made of it;
    /// what one field demands is checked by the field's type when it is deserialized.
    type Config: DeserializeOwned + Serialize + JsonSchema + Send;

    /// The name by which `POST /task` asks for it.
    fn name(&self) -> &'static str;

    /// One sentence for a person who chooses a script.
    fn description(&self) -> &'static str;

    /// Changes the schema of the configuration where it depends on more than its type.
    fn adapt_schema(&self, schema: &mut Value) {
        let _ = schema;
    }

    /// Adds what is wrong with several fields of a configuration together. `config` has no field that is wrong.
    fn check(&self, config: &Self::Config, fields: &Fields<'_>, problems: &mut Problems) {
        let _ = (config, fields, problems);
    }

    /// Adds what a client should know of a configuration although it is carried out.
    fn warn(&self, config: &Self::Config, warnings: &mut Problems) {
        let _ = (config, warnings);
    }

    /// The fields of each task that one device or account gets, in order, made of those that were `given`. Default: one
    /// task with all of them.
    fn tasks(&self, config: &Self::Config, given: Map<String, Value>) -> Vec<Map<String, Value>> {
        let _ = config;
        vec![given]
    }

    /// Whether each of its tasks takes a material, so that a number of materials can be distributed.
    fn takes_materials(&self) -> bool {
        false
    }

    /// The fields of each of `count` tasks over which materials are distributed, made of those that were `given`; or one
    /// entry that all of them share. Default: all of the fields. Called only if the script takes materials.
    ///
    /// # Errors
    /// Why the configuration has not so many materials.
    fn distribute(
        &self,
        config: &Self::Config,
        given: Map<String, Value>,
        count: usize,
    ) -> Result<Vec<Map<String, Value>>, Problem> {
        let _ = (config, count);
        Ok(vec![given])
    }

    /// The options that not every app can carry out, those that every task needs first. Default: none.
    fn app_options(&self) -> Vec<AppOption<Self::Config>> {
        Vec::new()
    }

    /// The app that a configuration names, if it names one.
    fn app(&self, config: &Self::Config) -> Option<AppId> {
        let _ = config;
        None
    }

    /// Does the work on the phone of `context`. The future may be dropped at any await; what has to be undone on the
    /// phone is registered with [`Context::on_exit`] before it is done.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be done, or cannot be seen to have been done.
    async fn run(&self, context: &mut Context, config: Self::Config) -> Result<Completion, Failure>;
}
