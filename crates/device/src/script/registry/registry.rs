//! The scripts that a server has, each with its compiled schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use tikmatrix_domain::{AppId, AppRequirement, StandardFailure, Target};
use tikmatrix_validation::{Nulls, Problems, Schema, SchemaError, Valid};

use super::app_options;
use super::script::Script;
use crate::script::context::Context;
use crate::script::failure::Failure;
use crate::script::run_outcome::Completion;

/// What a configuration asks for, as [`RegisteredScript::plan_and_warn`] checked it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// One entry for each task that one device or account gets, in order. Where materials are distributed, one for each
    /// task, or one for all of them.
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
    /// What the configuration asks of its app, while that is not known.
    pub requirements: Arc<[AppRequirement]>,
}

impl Planned {
    /// Converts it to the target of a request for tasks.
    #[must_use]
    pub fn into_target(self) -> Target {
        let Self { config, app, requirements } = self;
        Target { app, script_config: config.to_string().into(), requirements }
    }
}

/// A [`Script`] of any configuration type, with its compiled schema.
pub struct RegisteredScript {
    name: &'static str,
    description: &'static str,
    takes_materials: bool,
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
        let takes_materials = script.takes_materials();
        Self { name, description, takes_materials, schema, compiled, script: Box::new(script) }
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

    /// Whether each of its tasks takes a material, so that a number of materials can be distributed.
    #[must_use]
    pub fn takes_materials(&self) -> bool {
        self.takes_materials
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
    /// Everything that is wrong with the configuration, in the order of the schema's fields, and what its app, or every app
    /// if it names none, cannot do.
    pub fn plan(&self, config: &Value) -> Result<Vec<Planned>, Problems> {
        self.plan_and_warn(config, None).map(|plan| plan.tasks)
    }

    /// Does what [`RegisteredScript::plan`] does, and returns the warnings too. With `distribute`, so many tasks get a
    /// material each, if the script takes materials.
    ///
    /// # Errors
    /// As [`RegisteredScript::plan`].
    pub fn plan_and_warn(&self, config: &Value, distribute: Option<u32>) -> Result<Plan, Problems> {
        self.script.plan(self.compiled()?, config, distribute.filter(|_| self.takes_materials))
    }

    /// Removes the fields that are not known from `config`, and returns a problem for each.
    pub fn remove_unknown(&self, config: &mut Value) -> Problems {
        self.compiled().map(|schema| schema.remove_unknown(config)).unwrap_or_default()
    }

    /// Parses `config` and does the work.
    pub(in crate::script) async fn run(
        &self,
        context: &mut Context,
        config: &Value,
    ) -> Result<Completion, Failure> {
        let schema = self.compiled().map_err(|problems| not_valid(&problems))?;
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

/// Returns the failure of a task whose configuration was accepted, perhaps by an older version, and is not valid now.
fn not_valid(problems: &Problems) -> Failure {
    let remark = format!("the configuration is not valid: {problems}");
    Failure::of_request(StandardFailure::OptionUnavailable, remark)
}

/// A [`Script`] without its type.
#[async_trait]
trait Runnable: Send + Sync {
    fn plan(&self, schema: &Schema, config: &Value, distribute: Option<u32>) -> Result<Plan, Problems>;

    async fn run(
        &self,
        schema: &Schema,
        context: &mut Context,
        config: &Value,
    ) -> Result<Completion, Failure>;
}

#[async_trait]
impl<S: Script> Runnable for S {
    fn plan(&self, schema: &Schema, config: &Value, distribute: Option<u32>) -> Result<Plan, Problems> {
        let options = self.app_options();
        let Valid { value, given } = schema.read(config.clone(), |fields, problems| {
            if let Some(config) = fields.sound::<S::Config>() {
                self.check(&config, fields, problems);
                let requirements = app_options::requirements(&options, &config, fields.all());
                app_options::refuse(&requirements, self.app(&config), problems);
            }
        })?;
        let mut warnings = Problems::default();
        self.warn(&value, &mut warnings);
        let app = self.app(&value);
        let requirements = match app {
            Some(_) => Arc::default(),
            None => app_options::requirements(&options, &value, &given).into(),
        };
        let tasks = match distribute {
            None => self.tasks(&value, given),
            Some(count) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                self.distribute(&value, given, count).map_err(Problems::from)?
            }
        };
        let planned =
            |fields| Planned { config: Value::Object(fields), app, requirements: Arc::clone(&requirements) };
        Ok(Plan { tasks: tasks.into_iter().map(planned).collect(), warnings })
    }

    async fn run(
        &self,
        schema: &Schema,
        context: &mut Context,
        config: &Value,
    ) -> Result<Completion, Failure> {
        let read = schema.read(config.clone(), |fields, problems| {
            if let Some(config) = fields.sound::<S::Config>() {
                self.check(&config, fields, problems);
            }
        });
        let Valid { value, given } = read.map_err(|problems| not_valid(&problems))?;
        // Of tasks that are older than the server, or than its settings.
        let mut refused = Problems::default();
        let app = self.app(&value).unwrap_or(context.assignment().app);
        let requirements = app_options::requirements(&self.app_options(), &value, &given);
        app_options::refuse(&requirements, Some(app), &mut refused);
        if !refused.is_empty() {
            return Err(Failure::of_request(StandardFailure::OptionUnavailable, refused.to_string()));
        }
        Script::run(self, context, value).await
    }
}

/// The schema of a script's configuration, each part in its place and under the script's name.
fn schema_of<S: Script>(script: &S) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<S::Config>().to_value();
    schema["title"] = script.name().into();
    schema["description"] = script.description().into();
    script.adapt_schema(&mut schema);
    let options = script.app_options();
    if !options.is_empty() {
        schema["x-app-options"] = app_options::described(&options);
    }
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
