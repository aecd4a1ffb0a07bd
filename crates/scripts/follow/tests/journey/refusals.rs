//! Requests that cannot be carried out are refused with a reason, and no one is followed.

use serde_json::json;
use tikmatrix_script_testing::{Running, Stage};

use crate::runs::{follow, run};

#[tokio::test]
async fn what_is_not_possible_says_why_and_what_to_use_before_the_phone_is_touched() {
    let stage = Stage::start(11).await;
    let commands = stage.virtual_phone().commands().len();
    let finished = stage.run(run(json!({"target_user": "sample_user_1", "app": "instagram"}))).await;
    let remark = "app: following and unfollowing is not possible on instagram; use the app tiktok";
    assert_eq!(finished.remark(), remark);
    finished.assert_failed_permanently("option_unavailable");
    let ran = stage.virtual_phone().commands().split_off(commands);
    assert!(ran.iter().all(|words| words[0] != "am"), "more than the connection touched the phone: {ran:?}");
    assert!(stage.account().following().is_empty());
}

#[tokio::test]
async fn the_profile_of_another_app_than_the_tasks_is_not_followed() {
    let stage = Stage::start(15).await;
    let finished = follow(&stage, "https://www.instagram.com/sample_user_1/").await;
    assert_eq!(finished.remark(), "@sample_user_1 is a profile of instagram, and the app is tiktok");
    finished.assert_failed_permanently("option_unavailable");
    assert!(stage.account().following().is_empty());
    let finished = follow(&stage, "https://www.tiktok.com/@sample_user_1").await;
    finished.assert_completed_with("followed @sample_user_1, and seen on the profile");
}

#[tokio::test]
async fn another_account_than_the_one_asked_for_follows_no_one() {
    let stage = Stage::start(12).await;
    let config = json!({"target_user": "sample_user_1"});
    for name in ["@Sample_User_9", "missing_1"] {
        let finished = stage.run(run(config.clone()).account(name)).await;
        let name = name.trim_start_matches('@').to_lowercase();
        assert_eq!(finished.remark(), format!("account @{name} is not signed in on this phone"));
        finished.assert_failed_permanently("not_signed_in");
    }
    assert!(stage.account().following().is_empty());
    let own = stage.account().username();
    let finished = stage.run(run(config).account(&own)).await;
    finished.assert_completed_with("followed @sample_user_1, and seen on the profile");
    let finished = follow(&stage, &own).await;
    assert_eq!(finished.remark(), format!("@{own} is the account itself, which cannot follow itself"));
    finished.assert_failed_permanently("option_unavailable");
}

#[tokio::test]
async fn a_task_that_names_several_users_is_not_run_for_one_of_them() {
    let stage = Stage::start(13).await;
    let finished = follow(&stage, "sample_user_1,sample_user_2").await;
    assert_eq!(finished.remark(), "a task is for one user; this one names 2");
    assert!(stage.account().following().is_empty());
}

#[tokio::test]
async fn a_stopped_run_leaves_the_phone_clean() {
    let stage = Stage::start(14).await;
    let config = json!({"target_user": "sample_user_1"});
    let step = "open the profile of @sample_user_1";
    let stop = async |running: Running| {
        running.step(step).await;
        running.stop();
    };
    let finished = stage.run_beside(run(config), stop).await;
    finished.assert_stopped();
    assert!(stage.account().following().is_empty());
    stage.assert_clean().await;
}
