//! What the tests of every script share: a [`Stage`] with a virtual phone, a [`Run`] of a script on it, and the
//! [`FinishedRun`] with all that it reported. The [`Account`]s of the stage are what its app saw: the oracle of the tests.
//!
//! A run goes through [`Execution`](tikmatrix_device::script::Execution), as in production. When it fails, its tape is
//! replayed without the phone, and has to take the same steps.
//!
//! Everything here panics on an error, since a test can do nothing else: use the crate as a dev-dependency only.
//!
//! ```
//! use serde_json::json;
//! # use tikmatrix_device::script::schemars::{self, JsonSchema};
//! # use tikmatrix_device::script::{Completion, Context, Failure, Script, async_trait};
//! use tikmatrix_script_testing::{Run, Stage};
//! # #[derive(Default, serde::Serialize, serde::Deserialize, JsonSchema)]
//! # #[serde(default, deny_unknown_fields)]
//! # struct Config {
//! #     /// The text that the remark begins with.
//! #     greeting: String,
//! # }
//! # struct Greet;
//! # #[async_trait]
//! # impl Script for Greet {
//! #     type Config = Config;
//! #     fn name(&self) -> &'static str {
//! #         "greet"
//! #     }
//! #     fn description(&self) -> &'static str {
//! #         "Greets the phone."
//! #     }
//! #     async fn run(&self, context: &mut Context, config: Config) -> Result<Completion, Failure> {
//! #         context.step("greet");
//! #         Ok(Completion::new(format!("{} {}", config.greeting, context.phone().serial())))
//! #     }
//! # }
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let stage = Stage::start(1).await;
//! let finished = stage.run(Run::new(Greet, json!({"greeting": "hello"}))).await;
//! finished.assert_completed_with("hello virtual-1");
//! stage.assert_clean().await;
//! # });
//! ```

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod account;
mod changing_file;
mod journal;
mod marks;
mod plan;
mod run;
mod stage;

pub use account::Account;
pub use changing_file::ChangingFile;
pub use journal::RecordingJournal;
pub use plan::{able_apps, apps, problems};
pub use run::{FinishedRun, Run, Running};
pub use stage::Stage;
