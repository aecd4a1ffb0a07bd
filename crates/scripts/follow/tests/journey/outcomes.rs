//! Every outcome of the contract, as the oracle and the remark show it.

use tikmatrix_device::script::{ArtifactKind, Entry};

use crate::stage::Stage;

#[tokio::test]
async fn a_user_is_followed_once_and_no_one_else_is() {
    let stage = Stage::set(1).await;
    let played = stage.follow("@Sample_User_1").await;
    played.assert_completed("followed @sample_user_1, and seen on the profile");
    assert_eq!(stage.following(), ["sample_user_1"], "no suggested account was taken for the user");
    let steps = played.entries.iter().filter(|entry| matches!(entry, Entry::Step(_))).count();
    assert!(steps >= 3, "{steps}");
    stage.assert_clean().await;
    stage.follow("sample_user_1").await.assert_completed("already following");
    assert_eq!(stage.following(), ["sample_user_1"]);
}

#[tokio::test]
async fn a_user_who_follows_the_account_becomes_a_friend_and_stays_one() {
    let stage = Stage::set(2).await;
    stage.follow("fan_1").await.assert_completed("followed @fan_1, and seen on the profile");
    stage.follow("fan_1").await.assert_completed("already following");
    assert_eq!(stage.following(), ["fan_1"]);
    stage.unfollow("fan_1").await.assert_completed("unfollowed @fan_1, and seen on the profile");
    assert!(stage.following().is_empty());
}

#[tokio::test]
async fn a_private_user_is_asked_once_and_a_second_task_does_not_withdraw_it() {
    let stage = Stage::set(3).await;
    for _ in 0..2 {
        stage.follow("private_1").await.assert_completed("requested");
        assert_eq!((stage.following(), stage.requested()), (vec![], vec!["private_1".to_owned()]));
    }
    let withdrawn = "withdrew the request to follow @private_1, and seen on the profile";
    stage.unfollow("private_1").await.assert_completed(withdrawn);
    assert!(stage.requested().is_empty());
}

#[tokio::test]
async fn unfollowing_goes_through_the_sheet_and_takes_one_user_only() {
    let stage = Stage::set(4).await;
    stage.unfollow("sample_user_1").await.assert_completed("not following");
    for name in ["sample_user_1", "sample_user_2"] {
        stage.follow(name).await.assert_completed(&format!("followed @{name}, and seen on the profile"));
    }
    let played = stage.unfollow("@sample_user_1").await;
    played.assert_completed("unfollowed @sample_user_1, and seen on the profile");
    assert_eq!(stage.following(), ["sample_user_2"]);
    stage.assert_clean().await;
}

#[tokio::test]
async fn a_user_who_does_not_exist_fails_by_name_with_a_picture_of_what_the_app_said() {
    let stage = Stage::set(5).await;
    let played = stage.follow("@missing_1").await;
    assert_eq!(played.remark(), "user not found: @missing_1");
    played.assert_failed_for_good();
    let has = |wanted: ArtifactKind| {
        played.entries.iter().any(|entry| matches!(entry, Entry::Artifact { kind, .. } if *kind == wanted))
    };
    assert!(has(ArtifactKind::Screenshot) && has(ArtifactKind::UiTree));
    assert!(stage.following().is_empty());
    stage.assert_clean().await;
}
