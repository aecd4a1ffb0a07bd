//! Journeys in which something gets in the way: what is harmless is handled, everything else ends with a clear remark,
//! and nothing counts as done that the profile does not show.

use serde_json::json;
use tikmatrix_script_testing::Stage;
use tokio::task::JoinSet;

use crate::runs::{follow, run};

#[tokio::test]
async fn harmless_popups_are_handled_wherever_they_appear() {
    let mut runs = JoinSet::new();
    for (seed, kind) in [(21, "contacts"), (22, "rate"), (23, "notifications"), (24, "got_it")] {
        runs.spawn(async move {
            let stage = Stage::start(seed).await;
            stage.arm(&json!({"fault": "popup", "kind": kind}));
            let finished = follow(&stage, "sample_user_1").await;
            finished.assert_completed_with("followed @sample_user_1, and seen on the profile");
            let reports = format!("{:?}", finished.entries);
            assert!(reports.contains("dismissed "), "{kind} never showed");
            assert_eq!(stage.account().following(), ["sample_user_1"]);
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn dead_ends_fail_at_once_and_are_named() {
    let mut runs = JoinSet::new();
    for (seed, kind, code, named) in [
        (25, "signed_out", "signed_out", "TikTok is signed out on this phone"),
        (26, "captcha", "checkpoint", "TikTok asks for a captcha on this phone"),
        (27, "account_disabled", "account_restricted", "the TikTok account on this phone is disabled"),
        (28, "update_required", "app_update_required", "TikTok demands an update on this phone"),
    ] {
        runs.spawn(async move {
            let stage = Stage::start(seed).await;
            stage.arm(&json!({"fault": "popup", "kind": kind, "when": "now"}));
            let finished = follow(&stage, "sample_user_1").await;
            assert!(finished.remark().starts_with(named), "{kind}: {}", finished.remark());
            finished.assert_failed_permanently(code);
            assert!(stage.account().following().is_empty());
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_follow_that_the_app_takes_back_is_not_called_done() {
    let stage = Stage::start(29).await;
    stage.arm(&json!({"fault": "follow_refused"}));
    let finished = follow(&stage, "sample_user_1").await;
    assert_eq!(finished.remark(), r#"the app took it back: the button reads again "Follow""#);
    finished.assert_failed_permanently("unconfirmed");
    assert!(stage.account().following().is_empty());
    stage.assert_clean().await;
}

#[tokio::test]
async fn a_phone_that_disconnects_on_the_way_ends_the_run_with_its_name_and_may_be_tried_again() {
    let stage = Stage::start(30).await;
    let first = stage
        .run_beside(run(json!({"target_user": "sample_user_1"})), async |running| {
            running.step("open the profile of @sample_user_1").await;
            stage.arm(&json!({"fault": "disconnect"}));
        })
        .await;
    assert!(first.remark().contains("virtual-1"), "{}", first.remark());
    first.assert_failed_transiently("device_lost");
    stage.assert_clean().await;
    let again = follow(&stage, "sample_user_1").await;
    again.assert_completed();
    assert_eq!(stage.account().following(), ["sample_user_1"]);
}
