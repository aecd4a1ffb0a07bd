//! Every outcome of the contract, as the oracle and the remark show it.

use serde_json::json;
use tikmatrix_device::script::{ArtifactKind, Entry};
use tikmatrix_script_testing::Stage;

use crate::runs::{follow, unfollow};

#[tokio::test]
async fn a_user_is_followed_once_and_no_one_else_is() {
    let stage = Stage::start(1).await;
    let finished = follow(&stage, "@Sample_User_1").await;
    finished.assert_completed_with("followed @sample_user_1, and seen on the profile");
    assert_eq!(finished.result(), Some(&json!({"label": "Following"})));
    assert_eq!(stage.account().following(), ["sample_user_1"], "no suggested account was taken for the user");
    let steps = finished.entries.iter().filter(|entry| matches!(entry, Entry::Step(_))).count();
    assert!(steps >= 3, "{steps}");
    stage.assert_clean().await;
    follow(&stage, "sample_user_1").await.assert_completed_with("already following");
    assert_eq!(stage.account().following(), ["sample_user_1"]);
}

#[tokio::test]
async fn a_user_who_follows_the_account_becomes_a_friend_and_stays_one() {
    let stage = Stage::start(2).await;
    follow(&stage, "fan_1").await.assert_completed_with("followed @fan_1, and seen on the profile");
    follow(&stage, "fan_1").await.assert_completed_with("already following");
    assert_eq!(stage.account().following(), ["fan_1"]);
    unfollow(&stage, "fan_1").await.assert_completed_with("unfollowed @fan_1, and seen on the profile");
    assert!(stage.account().following().is_empty());
}

#[tokio::test]
async fn a_private_user_is_asked_once_and_a_second_task_does_not_withdraw_it() {
    let stage = Stage::start(3).await;
    for _ in 0..2 {
        let finished = follow(&stage, "private_1").await;
        finished.assert_completed_with("requested");
        assert_eq!(finished.result(), Some(&json!({"label": "Requested"})));
        assert_eq!(
            (stage.account().following(), stage.account().requested()),
            (vec![], vec!["private_1".to_owned()])
        );
    }
    let withdrawn = "withdrew the request to follow @private_1, and seen on the profile";
    let finished = unfollow(&stage, "private_1").await;
    finished.assert_completed_with(withdrawn);
    assert_eq!(finished.result(), Some(&json!({"label": "Follow"})));
    assert!(stage.account().requested().is_empty());
}

#[tokio::test]
async fn unfollowing_goes_through_the_sheet_and_takes_one_user_only() {
    let stage = Stage::start(4).await;
    unfollow(&stage, "sample_user_1").await.assert_completed_with("not following");
    for name in ["sample_user_1", "sample_user_2"] {
        follow(&stage, name)
            .await
            .assert_completed_with(&format!("followed @{name}, and seen on the profile"));
    }
    let finished = unfollow(&stage, "@sample_user_1").await;
    finished.assert_completed_with("unfollowed @sample_user_1, and seen on the profile");
    assert_eq!(stage.account().following(), ["sample_user_2"]);
    stage.assert_clean().await;
}

#[tokio::test]
async fn a_user_who_does_not_exist_fails_by_name_with_a_picture_of_what_the_app_said() {
    let stage = Stage::start(5).await;
    let finished = follow(&stage, "@missing_1").await;
    assert_eq!(finished.remark(), "user not found: @missing_1");
    finished.assert_failed_permanently("user_not_found");
    let has = |wanted: ArtifactKind| {
        finished.entries.iter().any(|entry| matches!(entry, Entry::Artifact { kind, .. } if *kind == wanted))
    };
    assert!(has(ArtifactKind::Screenshot) && has(ArtifactKind::UiTree));
    assert!(stage.account().following().is_empty());
    stage.assert_clean().await;
}
