//! Journeys in which something gets in the way: what is harmless is handled, everything else ends with a clear remark.

use serde_json::json;
use tokio::task::JoinSet;

use crate::stage::VideoStage;

#[tokio::test]
async fn harmless_popups_are_handled_wherever_they_appear() {
    let mut runs = JoinSet::new();
    for (seed, kind) in [(41, "contacts"), (42, "rate"), (43, "notifications"), (44, "got_it")] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            stage.phone.arm(&json!({"fault": "popup", "kind": kind}));
            let finished = stage.publish(stage.config("with a popup")).await;
            finished.assert_completed();
            let reports = format!("{:?}", finished.reports());
            assert!(reports.contains("dismissed "), "{kind} never showed: {reports}");
            assert_eq!(stage.phone.account().posts()[0]["caption"], "with a popup");
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn dead_ends_fail_at_once_and_are_named() {
    let mut runs = JoinSet::new();
    for (seed, kind, code, named) in [
        (45, "signed_out", "signed_out", "TikTok is signed out on this phone"),
        (46, "captcha", "checkpoint", "TikTok asks for a captcha on this phone"),
        (47, "account_disabled", "account_restricted", "the TikTok account on this phone is disabled"),
        (48, "update_required", "app_update_required", "TikTok demands an update on this phone"),
    ] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            stage.phone.arm(&json!({"fault": "popup", "kind": kind, "when": "now"}));
            let finished = stage.publish(stage.config("never")).await;
            let remark = finished.remark();
            assert!(remark.starts_with(named), "{kind}: {remark}");
            finished.assert_failed_permanently(code);
            assert!(stage.phone.account().posts().is_empty());
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_slow_upload_is_waited_for() {
    let stage = VideoStage::start(49).await;
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 12}));
    stage.publish(stage.config("slowly")).await.assert_completed();
    assert_eq!(stage.phone.account().posts().len(), 1);
}

#[tokio::test]
async fn an_upload_that_does_not_end_in_time_is_not_called_published() {
    let stage = VideoStage::start(50).await;
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 600}));
    let mut config = stage.config("too slowly");
    config["upload_wait_time"] = json!(4);
    let finished = stage.publish(config).await;
    let remark = finished.remark();
    assert!(remark.starts_with("the upload was at "), "{remark}");
    assert!(
        remark.contains(
            " s; if the post does not appear, create a new task with a larger upload_wait_time, since a retry waits no longer; \
             whether it was published is not known"
        ),
        "{remark}"
    );
    finished.assert_failed_permanently("unconfirmed");
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn a_phone_that_disconnects_mid_push_ends_the_run_with_its_name() {
    let stage = VideoStage::start(51).await;
    stage.phone.arm(&json!({"fault": "disconnect", "after_bytes": 100_000}));
    let finished = stage.publish(stage.config("never")).await;
    let remark = finished.remark();
    assert!(remark.starts_with("phone virtual-1: push to "), "{remark}");
    finished.assert_failed_transiently("device_lost");
    assert!(stage.phone.account().posts().is_empty());
    stage.phone.assert_clean().await;
}
