//! What the tests of configurations share.

use serde_json::Value;
use tikmatrix_apps::{Apps, TikTok, instagram};
use tikmatrix_device::script::RegisteredScript;

/// Returns the apps of the program: TikTok and Instagram.
///
/// # Panics
/// When the profile of an app cannot be read.
#[must_use]
pub fn apps() -> Apps {
    Apps::new().unwrap().with(TikTok::new().unwrap()).with(instagram().unwrap())
}

/// Returns the problems of a configuration as `field: reason`, in the order in which the client gets them.
#[must_use]
pub fn problems(script: &RegisteredScript, config: &Value) -> Vec<String> {
    match script.plan(config) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|it| format!("{}: {}", it.field, it.reason)).collect(),
    }
}
