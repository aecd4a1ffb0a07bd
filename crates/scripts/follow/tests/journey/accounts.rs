//! Runs for an account that is signed in beside the current one: it is switched to first, and only it follows.

use serde_json::json;
use tikmatrix_script_testing::Stage;

use crate::runs::following;

#[tokio::test]
async fn another_account_that_is_signed_in_is_switched_to_and_follows() {
    let stage = Stage::start(51).await;
    let first = stage.account().username();
    // One name begins another, and one holds a dot.
    for name in ["sample_user", "sample_user_2", "sample.user"] {
        stage.sign_in(name);
    }
    let finished = stage.run(following("fan_1").account("@Sample_User_2")).await;
    finished.assert_completed_with("followed @fan_1, and seen on the profile");
    assert_eq!(stage.account().username(), "sample_user_2");
    assert_eq!(stage.account_of("sample_user_2").following(), ["fan_1"]);
    for other in [first.as_str(), "sample_user", "sample.user"] {
        assert!(stage.account_of(other).following().is_empty(), "{other}");
    }
    assert!(format!("{:?}", finished.entries).contains("save the login"), "the app asked, and got no");
    stage.assert_clean().await;
    // The same account again: nothing is switched, and what it follows is its own.
    let again = stage.run(following("fan_1").account("sample_user_2")).await;
    again.assert_completed_with("already following");
    assert!(!format!("{:?}", again.entries).contains("switch to the account"));
    let back = stage.run(following("fan_1").account(&first)).await;
    back.assert_completed_with("followed @fan_1, and seen on the profile");
    assert_eq!(
        (stage.account().username(), stage.account_of(&first).following()),
        (first, vec!["fan_1".to_owned()])
    );
}

#[tokio::test]
async fn an_account_behind_the_edge_of_the_list_is_found_and_add_account_is_never_tapped() {
    let stage = Stage::start(52).await;
    for name in ["sample_user_1", "sample_user_2", "sample_user_3", "sample_user_4", "sample_user_5"] {
        stage.sign_in(name);
    }
    let finished = stage.run(following("fan_1").account("sample_user_5")).await;
    finished.assert_completed_with("followed @fan_1, and seen on the profile");
    assert_eq!(stage.account_of("sample_user_5").following(), ["fan_1"]);
    let finished = stage.run(following("fan_1").account("sample_user_9")).await;
    assert_eq!(finished.remark(), "account @sample_user_9 is not signed in on this phone");
    finished.assert_failed_permanently("not_signed_in");
    assert_eq!(stage.account().username(), "sample_user_5", "the account stays");
    stage.assert_clean().await;
}

#[tokio::test]
async fn a_limited_account_fails_for_good_and_is_not_tapped_on() {
    let stage = Stage::start(53).await;
    stage.arm(&json!({"fault": "follow_limited"}));
    let finished = stage.run(following("sample_user_1")).await;
    assert!(finished.remark().starts_with("TikTok limits what the account"), "{}", finished.remark());
    finished.assert_failed_permanently("account_limited");
    assert!(stage.account().following().is_empty());
    stage.assert_clean().await;
}
