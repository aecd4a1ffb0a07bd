//! What follows a tap on Post: the confirmation, uploads wherever their progress is shown, and ends that are no post.

use serde_json::json;
use tikmatrix_device::script::Entry;
use tokio::task::JoinSet;

use crate::stage::VideoStage;

#[tokio::test]
async fn an_upload_without_a_post_fails_with_its_code_and_leaves_no_mark() {
    let mut runs = JoinSet::new();
    for (seed, kind, code, said) in [
        (221, "refused", "upload_failed", "TikTok did not take the upload"),
        (222, "undecodable", "material_refused", "TikTok cannot decode the file"),
        (
            223,
            "saved_to_drafts",
            "saved_to_drafts",
            "TikTok kept the post as a draft instead of publishing it",
        ),
    ] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            stage.phone.arm(&json!({"fault": "upload_end", "kind": kind}));
            let finished = stage.publish(stage.config("never")).await;
            let remark = finished.remark();
            assert!(remark.starts_with(said), "{kind}: {remark}");
            finished.assert_failed_permanently(code);
            assert_eq!(finished.mark(), None, "{kind}");
            assert!(stage.phone.account().posts().is_empty(), "{kind}");
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn an_upload_is_followed_wherever_its_progress_is_shown() {
    let mut runs = JoinSet::new();
    for (seed, kind) in [(224, "badge"), (225, "friends"), (226, "window")] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            stage.phone.arm(&json!({"fault": "upload_sign", "kind": kind}));
            stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 25}));
            // Longer than the task waits while nothing rises, which the percentage does.
            let mut config = stage.config("slowly");
            config["upload_wait_time"] = json!(7);
            let finished = stage.publish(config).await;
            finished.assert_completed();
            assert_eq!(stage.phone.account().posts().len(), 1, "{kind}");
            let seen =
                |entry: &&Entry| matches!(entry, Entry::Progress(percent) if (75..90).contains(percent));
            assert!(
                finished.entries.iter().any(|entry| seen(&entry)),
                "{kind}: the percentage was never seen"
            );
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn the_question_whether_to_publish_publicly_is_answered() {
    let stage = VideoStage::start(227).await;
    stage.phone.arm(&json!({"fault": "popup", "kind": "confirm_post"}));
    stage.publish(stage.config("publicly")).await.assert_completed();
    assert_eq!(stage.phone.account().posts()[0]["caption"], "publicly");
}
