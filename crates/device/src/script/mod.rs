//! What a script is, and what it says while it runs. How it is run is [`execute`]'s; what a script does is in the
//! crates below `crates/scripts`.

mod clean_up;
mod context;
mod execute;
mod failure;
mod fields;
mod journal;
mod materials;
mod recorded_input;
mod registry;
mod replay;
mod run_outcome;
mod screen;

use async_trait::async_trait;
use serde_json::Value;
use tikmatrix_domain::AppKind;

pub use clean_up::{CleanUp, leftovers};
pub use context::Context;
pub use execute::{Assignment, Limits, execute};
pub use failure::Failure;
pub use fields::Fields;
pub use journal::{ArtifactKind, Entry, Journal, LogLevel};
pub use materials::{LibraryMaterial, Materials, MaterialsError, NoMaterials};
pub use registry::ScriptRegistry;
pub use replay::{ReplayError, Replayed, replay};
pub use run_outcome::{RunOutcome, describe_step};
pub use screen::{Dismissal, Found, ScreenGuard, ScreenVerdict};
pub use tikmatrix_validation::{Problem, unknown_name, whole};

/// The configuration of one task, as [`Script::plan`] settled it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// A JSON object, stored with the task and handed to [`Script::run`].
    pub config: Value,
    /// The app that the configuration names, if it names one.
    pub app: Option<AppKind>,
}

/// What a script says of work that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// One sentence for a person.
    pub remark: String,
}

/// Something that a phone can be asked to do: its configuration, its schema, and its run.
#[async_trait]
pub trait Script: Send + Sync + 'static {
    /// The name by which `POST /task` asks for it.
    fn name(&self) -> &'static str;

    /// One sentence for a person who chooses a script.
    fn description(&self) -> &'static str;

    /// The JSON Schema (2020-12) of its configuration.
    fn schema(&self) -> Value;

    /// Checks `config` and gives one entry for each task that one device or account gets, in order.
    ///
    /// # Errors
    /// Every [`Problem`] of the configuration at once, never only the first.
    fn plan(&self, config: &Value) -> Result<Vec<Planned>, Vec<Problem>>;

    /// Does the work on the phone of `context`. The future may be dropped at any await; what has to be undone on the
    /// phone is told to [`Context::on_exit`] before it is done.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be done, or cannot be seen to have been done.
    async fn run(&self, context: &mut Context, config: &Value) -> Result<Completion, Failure>;
}
