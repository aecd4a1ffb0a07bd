//! Journeys in which something gets in the way: what is harmless is handled, everything else ends with a clear remark,
//! and nothing counts as done that the profile does not show.

use serde_json::json;
use tikmatrix_device::script::RunOutcome;
use tokio::task::JoinSet;

use crate::stage::Stage;

#[tokio::test]
async fn harmless_popups_are_handled_wherever_they_appear() {
    let mut runs = JoinSet::new();
    for (seed, kind) in [(21, "contacts"), (22, "rate"), (23, "notifications"), (24, "got_it")] {
        runs.spawn(async move {
            let stage = Stage::set(seed).await;
            stage.arm(&json!({"fault": "popup", "kind": kind}));
            let played = stage.follow("sample_user_1").await;
            played.assert_completed("followed @sample_user_1, and seen on the profile");
            let said = format!("{:?}", played.entries);
            assert!(said.contains("dismissed "), "{kind} never showed");
            assert_eq!(stage.following(), ["sample_user_1"]);
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn dead_ends_fail_at_once_and_are_named() {
    let mut runs = JoinSet::new();
    for (seed, kind, named) in [
        (25, "signed_out", "TikTok is signed out on this phone"),
        (26, "captcha", "TikTok asks for a captcha on this phone"),
        (27, "account_disabled", "the TikTok account on this phone is disabled"),
        (28, "update_required", "TikTok demands an update on this phone"),
    ] {
        runs.spawn(async move {
            let stage = Stage::set(seed).await;
            stage.arm(&json!({"fault": "popup", "kind": kind, "when": "now"}));
            let played = stage.follow("sample_user_1").await;
            assert!(played.remark().starts_with(named), "{kind}: {}", played.remark());
            played.assert_failed_for_good();
            assert!(stage.following().is_empty());
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_follow_that_the_app_takes_back_is_not_called_done() {
    let stage = Stage::set(29).await;
    stage.arm(&json!({"fault": "follow_refused"}));
    let played = stage.follow("sample_user_1").await;
    assert_eq!(played.remark(), r#"the app took it back: the button reads again "Follow""#);
    played.assert_failed_for_good();
    assert!(stage.following().is_empty());
    stage.assert_clean().await;
}

#[tokio::test]
async fn a_phone_that_disconnects_on_the_way_ends_the_run_with_its_name_and_may_be_tried_again() {
    let stage = Stage::set(30).await;
    let first = stage.follow_and_disconnect_at("open the profile of @sample_user_1", "sample_user_1").await;
    assert!(first.remark().contains("virtual-1"), "{}", first.remark());
    assert!(matches!(&first.ended, RunOutcome::Failed(failure) if failure.is_transient()));
    stage.assert_clean().await;
    let again = stage.follow("sample_user_1").await;
    assert!(matches!(again.ended, RunOutcome::Completed(_)), "{}", again.remark());
    assert_eq!(stage.following(), ["sample_user_1"]);
}
