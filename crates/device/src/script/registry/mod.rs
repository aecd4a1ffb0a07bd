//! What a script is, what its configurations ask of apps, and the scripts that a server has.

mod app_options;
#[expect(clippy::module_inception, reason = "the module holds the type that the folder is named after")]
mod registry;
mod script;

pub use app_options::AppOption;
pub use registry::{Plan, Planned, RegisteredScript, ScriptRegistry};
pub use script::Script;
