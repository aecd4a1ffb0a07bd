//! The options of a post: what is asked for is on the post, or there is no post and a failure that says why.

mod below_caption;
mod captions;
mod products;
mod sounds;

use serde_json::{Value, json};
use tikmatrix_script_testing::FinishedRun;

use crate::stage::VideoStage;

/// A stage with these faults of the options.
pub(super) async fn stage_with(seed: u64, faults: &[&str]) -> VideoStage {
    let stage = VideoStage::start(seed).await;
    for kind in faults {
        stage.phone.arm(&json!({"fault": "option", "kind": kind}));
    }
    stage
}

/// Publishes with these fields of the configuration besides.
pub(super) async fn publish_with(stage: &VideoStage, caption: &str, fields: Value) -> FinishedRun {
    let mut config = stage.config(caption);
    config.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    stage.publish(config).await
}

/// Asserts that nothing was published, with this code and a remark that holds these words.
pub(super) async fn assert_refused(stage: &VideoStage, finished: &FinishedRun, code: &str, words: &str) {
    finished.assert_failed_permanently(code);
    let remark = finished.remark();
    assert!(remark.contains(words), "{remark}");
    assert!(stage.phone.account().posts().is_empty(), "{:#?}", stage.phone.account().posts());
    stage.phone.assert_clean().await;
}
