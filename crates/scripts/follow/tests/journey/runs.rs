//! The runs of `follow` and `unfollow` that most tests make.

use serde_json::{Value, json};
use tikmatrix_follow::Follow;
use tikmatrix_script_testing::{FinishedRun, Run, Stage, apps};

/// Describes a run of `follow` with this configuration.
pub(crate) fn run(config: Value) -> Run {
    Run::new(Follow::new(apps()), config)
}

/// Describes a run of `unfollow` for a user.
pub(crate) fn unfollowing(name: &str) -> Run {
    Run::new(Follow::unfollow(apps()), json!({"target_user": name}))
}

/// Describes a run of `follow` for a user.
pub(crate) fn following(name: &str) -> Run {
    run(json!({"target_user": name}))
}

/// Describes a run of `follow` for a user whom the app's search finds.
pub(crate) fn searching(name: &str) -> Run {
    run(json!({"target_user": name, "access_method": "search"}))
}

/// Follows a user.
pub(crate) async fn follow(stage: &Stage, name: &str) -> FinishedRun {
    stage.run(following(name)).await
}

/// Unfollows a user.
pub(crate) async fn unfollow(stage: &Stage, name: &str) -> FinishedRun {
    stage.run(unfollowing(name)).await
}
