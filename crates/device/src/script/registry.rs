//! What a script is, and the scripts that a server has.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tikmatrix_domain::AppId;
use tikmatrix_validation::{Fields, Nulls, Problems, Schema, SchemaError, Valid};

use super::context::Context;
use super::failure::Failure;
use super::run_outcome::Completion;

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

/// What a configuration asks for, as [`RegisteredScript::plan_and_warn`] checked it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// One entry for each task that one device or account gets, in order.
    pub tasks: Vec<Planned>,
    /// What a client should know of the configuration although it is carried out, by field.
    pub warnings: Problems,
}

/// The configuration of one task, as [`RegisteredScript::plan`] checked it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// A JSON object, stored with the task and parsed again when it runs.
    pub config: Value,
    /// The app that the configuration names, if it names one.
    pub app: Option<AppId>,
}

/// A [`Script`] of any configuration type, with its compiled schema.
pub struct RegisteredScript {
    name: &'static str,
    description: &'static str,
    schema: Value,
    compiled: Result<Schema, SchemaError>,
    script: Box<dyn Runnable>,
}

impl RegisteredScript {
    /// Compiles the schema of `script`.
    pub fn new<S: Script>(script: S) -> Self {
        let schema = schema_of(&script);
        let compiled = Schema::new(&schema, Nulls::Wrong).map(Schema::lenient);
        let (name, description) = (script.name(), script.description());
        Self { name, description, schema, compiled, script: Box::new(script) }
    }

    /// The name by which `POST /task` asks for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// One sentence for a person who chooses a script.
    #[must_use]
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// The JSON Schema (2020-12) of its configuration.
    #[must_use]
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Checks `config` and returns one entry for each task that one device or account gets, in order: the fields that
    /// were given, in their order, in the types of the schema.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration, in the order of the schema's fields.
    pub fn plan(&self, config: &Value) -> Result<Vec<Planned>, Problems> {
        self.plan_and_warn(config).map(|plan| plan.tasks)
    }

    /// Does what [`RegisteredScript::plan`] does, and returns the warnings too.
    ///
    /// # Errors
    /// As [`RegisteredScript::plan`].
    pub fn plan_and_warn(&self, config: &Value) -> Result<Plan, Problems> {
        self.script.plan(self.compiled()?, config)
    }

    /// Removes the fields that are not known from `config`, and returns a problem for each.
    pub fn remove_unknown(&self, config: &mut Value) -> Problems {
        self.compiled().map(|schema| schema.remove_unknown(config)).unwrap_or_default()
    }

    /// Parses `config` and does the work.
    pub(super) async fn run(&self, context: &mut Context, config: &Value) -> Result<Completion, Failure> {
        let schema = self.compiled().map_err(|problems| Failure::not_valid(&problems))?;
        self.script.run(schema, context, config).await
    }

    fn compiled(&self) -> Result<&Schema, Problems> {
        self.compiled.as_ref().map_err(|error| {
            let mut problems = Problems::default();
            problems.add("", error.to_string());
            problems
        })
    }
}

/// A [`Script`] without its type.
#[async_trait]
trait Runnable: Send + Sync {
    fn plan(&self, schema: &Schema, config: &Value) -> Result<Plan, Problems>;

    async fn run(
        &self,
        schema: &Schema,
        context: &mut Context,
        config: &Value,
    ) -> Result<Completion, Failure>;
}

#[async_trait]
impl<S: Script> Runnable for S {
    fn plan(&self, schema: &Schema, config: &Value) -> Result<Plan, Problems> {
        let Valid { value, given } = read(self, schema, config)?;
        let mut warnings = Problems::default();
        self.warn(&value, &mut warnings);
        let app = self.app(&value);
        let tasks = self.tasks(&value, given).into_iter();
        let tasks = tasks.map(|fields| Planned { config: Value::Object(fields), app }).collect();
        Ok(Plan { tasks, warnings })
    }

    async fn run(
        &self,
        schema: &Schema,
        context: &mut Context,
        config: &Value,
    ) -> Result<Completion, Failure> {
        let config = read(self, schema, config).map_err(|problems| Failure::not_valid(&problems))?.value;
        Script::run(self, context, config).await
    }
}

fn read<S: Script>(script: &S, schema: &Schema, config: &Value) -> Result<Valid<S::Config>, Problems> {
    schema.read(config.clone(), |fields, problems| {
        if let Some(config) = fields.sound::<S::Config>() {
            script.check(&config, fields, problems);
        }
    })
}

/// The schema of a script's configuration, each part in its place and under the script's name.
fn schema_of<S: Script>(script: &S) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<S::Config>().to_value();
    schema["title"] = script.name().into();
    schema["description"] = script.description().into();
    script.adapt_schema(&mut schema);
    schema
}

/// The scripts that can be asked for; a cheap copy.
#[derive(Clone, Default)]
pub struct ScriptRegistry {
    scripts: BTreeMap<&'static str, Arc<RegisteredScript>>,
}

impl ScriptRegistry {
    /// The same with one script more; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, script: impl Script) -> Self {
        self.scripts.insert(script.name(), Arc::new(RegisteredScript::new(script)));
        self
    }

    /// The script of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<RegisteredScript>> {
        self.scripts.get(name).cloned()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<RegisteredScript>> {
        self.scripts.values()
    }
}
