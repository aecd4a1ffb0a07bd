//! Requests that cannot be carried out are refused with a reason, and no one is followed.

use serde_json::json;
use tikmatrix_device::script::RunOutcome;
use tikmatrix_follow::Follow;

use crate::stage::{Stage, apps};

#[tokio::test]
async fn what_is_not_supported_says_why_and_what_to_use_before_the_phone_is_touched() {
    let stage = Stage::set(11).await;
    let follow = Follow::new(apps());
    for (field, value, remark) in [
        ("access_method", "search", "access_method search is not supported yet; use direct"),
        ("app", "instagram", "following on instagram is not supported yet; use app tiktok"),
    ] {
        let commands = stage.farm.phones()[0].commands().len();
        let played = stage.play(&follow, json!({"target_user": "sample_user_1", field: value}), None).await;
        assert_eq!(played.remark(), remark);
        played.assert_failed_for_good();
        let ran = stage.farm.phones()[0].commands().split_off(commands);
        assert!(
            ran.iter().all(|words| words[0] != "am"),
            "more than the connection touched the phone: {ran:?}"
        );
    }
    assert!(stage.following().is_empty());
}

#[tokio::test]
async fn another_account_than_the_one_asked_for_follows_no_one() {
    let stage = Stage::set(12).await;
    let follow = Follow::new(apps());
    let config = json!({"target_user": "sample_user_1"});
    for name in ["@Sample_User_9", "missing_1"] {
        let played = stage.play(&follow, config.clone(), Some(name)).await;
        let name = name.trim_start_matches('@').to_lowercase();
        assert_eq!(played.remark(), format!("account @{name} is not signed in on this phone"));
        played.assert_failed_for_good();
    }
    assert!(stage.following().is_empty());
    let report = serde_json::to_value(stage.farm.report()).unwrap();
    let own = report[0]["apps"]["tiktok"]["accounts"][0]["username"].as_str().unwrap();
    let played = stage.play(&follow, config, Some(own)).await;
    played.assert_completed("followed @sample_user_1, and seen on the profile");
    let played = stage.follow(own).await;
    assert_eq!(played.remark(), format!("@{own} is the account itself, which cannot follow itself"));
}

#[tokio::test]
async fn a_task_that_names_several_users_is_not_run_for_one_of_them() {
    let stage = Stage::set(13).await;
    let played = stage.follow("sample_user_1,sample_user_2").await;
    assert_eq!(played.remark(), "a task is for one user; this one names 2");
    assert!(stage.following().is_empty());
}

#[tokio::test]
async fn a_stopped_run_leaves_the_phone_clean() {
    let stage = Stage::set(14).await;
    let config = json!({"target_user": "sample_user_1"});
    let step = "open the profile of @sample_user_1";
    let played = stage.play_until(&Follow::new(apps()), config, step).await;
    assert!(matches!(played.ended, RunOutcome::Cancelled), "{}", played.remark());
    assert!(stage.following().is_empty());
    stage.assert_clean().await;
}
