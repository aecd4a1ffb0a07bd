//! What the script of a request for tasks makes of its configuration.

use std::sync::Arc;

use serde_json::Value;
use tikmatrix_api_types::tasks::Distribute;
use tikmatrix_device::script::{self, Planned, RegisteredScript, ScriptRegistry};
use tikmatrix_domain::Target;
use tikmatrix_validation::{Fields, Problems, shortened, unknown_name};

use crate::http::error::ErrorCode;

/// The result of the rules about scripts.
#[derive(Default)]
pub(super) struct ScriptPlan {
    /// The code of an error that has its own.
    pub(super) code: Option<ErrorCode>,
    pub(super) targets: Option<Vec<Target>>,
    pub(super) warnings: Vec<String>,
}

/// Finds the script and lets it plan its configuration.
pub(super) fn plan(fields: &Fields<'_>, scripts: &ScriptRegistry, problems: &mut Problems) -> ScriptPlan {
    let refused = |code| ScriptPlan { code: Some(code), ..ScriptPlan::default() };
    let name = match fields.given("script_name") {
        None => return refused(ErrorCode::ScriptNameMissing),
        Some(Value::String(name)) => name.trim(),
        Some(_) => return ScriptPlan::default(),
    };
    if name.is_empty() {
        problems.add("script_name", "must not be empty");
        return refused(ErrorCode::ScriptNameMissing);
    }
    let Some(script) = scripts.get(name) else {
        let known: Vec<&str> = scripts.iter().map(|script| script.name()).collect();
        let reason = format!("{:?} {}", shortened(name), unknown_name("script", name, &known));
        problems.add("script_name", reason);
        return refused(ErrorCode::UnknownScript);
    };
    let distribute = fields.get::<Distribute>("distribute");
    if distribute.is_some() && !script.takes_materials() {
        let able = scripts.iter().filter(|script| script.takes_materials()).map(|script| script.name());
        problems.add("distribute", no_materials(script.name(), &able.collect::<Vec<_>>()));
    }
    match fields.given("script_config") {
        None => {
            problems.add("script_config", "is required: an object, {} for the script's defaults");
            ScriptPlan::default()
        }
        Some(config @ Value::Object(_)) => plan_config(&script, config, distribute, problems),
        Some(_) => ScriptPlan::default(),
    }
}

fn no_materials(script: &str, able: &[&str]) -> String {
    let possible = match able {
        [] => "leave it out".to_owned(),
        able => format!("possible with {}", able.join(", ")),
    };
    format!("the tasks of {script} take no materials that could be distributed; {possible}")
}

fn plan_config(
    script: &Arc<RegisteredScript>,
    config: &Value,
    distribute: Option<Distribute>,
    problems: &mut Problems,
) -> ScriptPlan {
    match script.plan_and_warn(config, distribute.map(|distribute| distribute.count)) {
        Ok(script::Plan { tasks, .. }) if tasks.is_empty() => {
            problems.add("script_config", "asks for nothing");
            ScriptPlan::default()
        }
        Ok(script::Plan { tasks, warnings }) => {
            let mut below = Problems::default();
            below.add_below("script_config", warnings);
            ScriptPlan {
                code: None,
                targets: Some(tasks.into_iter().map(Planned::into_target).collect()),
                warnings: below.iter().map(ToString::to_string).collect(),
            }
        }
        Err(found) => {
            let mut below = Problems::default();
            for problem in found {
                below.add(problem.field, problem.reason);
            }
            problems.add_below("script_config", below);
            ScriptPlan::default()
        }
    }
}
