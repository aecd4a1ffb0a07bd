//! Journeys in which something gets in the way: what is harmless is handled, everything else ends with a clear remark.

use serde_json::json;
use tikmatrix_device::script::RunOutcome;
use tokio::task::JoinSet;

use crate::stage::Stage;

#[tokio::test]
async fn harmless_popups_are_handled_wherever_they_appear() {
    let mut runs = JoinSet::new();
    for (seed, kind) in [(41, "contacts"), (42, "rate"), (43, "notifications"), (44, "got_it")] {
        runs.spawn(async move {
            let stage = Stage::set(seed).await;
            stage.arm(&json!({"fault": "popup", "kind": kind}));
            let played = stage.play(stage.config("with a popup")).await;
            played.assert_completed();
            let said = format!("{:?}", played.said());
            assert!(said.contains("dismissed "), "{kind} never showed: {said}");
            assert_eq!(stage.posts()[0]["caption"], "with a popup");
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn dead_ends_fail_at_once_and_are_named() {
    let mut runs = JoinSet::new();
    for (seed, kind, named) in [
        (45, "signed_out", "TikTok is signed out on this phone"),
        (46, "captcha", "TikTok asks for a captcha on this phone"),
        (47, "account_disabled", "the TikTok account on this phone is disabled"),
        (48, "update_required", "TikTok demands an update on this phone"),
    ] {
        runs.spawn(async move {
            let stage = Stage::set(seed).await;
            stage.arm(&json!({"fault": "popup", "kind": kind, "when": "now"}));
            let played = stage.play(stage.config("never")).await;
            let remark = played.remark();
            assert!(remark.starts_with(named), "{kind}: {remark}");
            assert!(matches!(played.ended, RunOutcome::Failed(failure) if !failure.is_transient()));
            assert!(stage.posts().is_empty());
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_slow_upload_is_waited_for() {
    let stage = Stage::set(49).await;
    stage.arm(&json!({"fault": "slow_upload", "seconds": 12}));
    stage.play(stage.config("slowly")).await.assert_completed();
    assert_eq!(stage.posts().len(), 1);
}

#[tokio::test]
async fn an_upload_that_does_not_end_in_time_is_not_called_published() {
    let stage = Stage::set(50).await;
    stage.arm(&json!({"fault": "slow_upload", "seconds": 600}));
    let mut config = stage.config("too slowly");
    config["upload_wait_time"] = json!(4);
    let played = stage.play(config).await;
    let remark = played.remark();
    assert!(remark.starts_with("the upload was at "), "{remark}");
    assert!(
        remark.contains("after 4 s (upload_wait_time); whether it was published is not known"),
        "{remark}"
    );
    assert!(matches!(played.ended, RunOutcome::Failed(failure) if !failure.is_transient()));
    stage.assert_clean().await;
}

#[tokio::test]
async fn a_phone_that_disconnects_mid_push_ends_the_run_with_its_name() {
    let stage = Stage::set(51).await;
    stage.arm(&json!({"fault": "disconnect", "after_bytes": 100_000}));
    let played = stage.play(stage.config("never")).await;
    let remark = played.remark();
    assert!(remark.starts_with("phone virtual-1: push to "), "{remark}");
    assert!(matches!(played.ended, RunOutcome::Failed(failure) if failure.is_transient()));
    assert!(stage.posts().is_empty());
    stage.assert_clean().await;
}
