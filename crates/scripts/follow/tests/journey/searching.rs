//! The way through the app's search: only the exact username counts, and no button of the results is tapped.

use serde_json::json;
use tikmatrix_script_testing::Stage;

use crate::runs::{run, searching};

#[tokio::test]
async fn the_exact_name_is_followed_behind_those_that_are_similar() {
    let stage = Stage::start(61).await;
    let finished = stage.run(searching("@Sample_User_1")).await;
    finished.assert_completed_with("followed @sample_user_1, and seen on the profile");
    assert_eq!(stage.account().following(), ["sample_user_1"]);
    stage.assert_clean().await;
    stage.run(searching("sample_user_1")).await.assert_completed_with("already following");
    let config = json!({"target_user": "sample_user_1", "access_method": "search", "action": "unfollow"});
    let finished = stage.run(run(config)).await;
    finished.assert_completed_with("unfollowed @sample_user_1, and seen on the profile");
    assert!(stage.account().following().is_empty());
}

#[tokio::test]
async fn a_name_that_only_similar_users_have_is_not_found_and_no_one_is_followed() {
    let stage = Stage::start(62).await;
    // `the.missing_1` and no `missing_1` is found.
    let finished = stage.run(searching("missing_1")).await;
    assert_eq!(finished.remark(), "user not found: @missing_1");
    finished.assert_failed_permanently("user_not_found");
    assert!(stage.account().following().is_empty());
    stage.assert_clean().await;
}

#[tokio::test]
async fn a_private_user_who_was_searched_for_is_asked_once() {
    let stage = Stage::start(63).await;
    for _ in 0..2 {
        stage.run(searching("private_1")).await.assert_completed_with("requested");
        assert_eq!(stage.account().requested(), ["private_1"]);
    }
}
