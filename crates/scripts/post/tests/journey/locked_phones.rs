//! Phones that are asleep, locked or not set up: what can be dismissed is, and everything else fails at once and says what a
//! person has to do.

use serde_json::json;
use tikmatrix_script_testing::Running;
use tokio::task::JoinSet;

use crate::stage::VideoStage;

#[tokio::test]
async fn a_phone_that_sleeps_behind_a_lock_without_a_secret_is_woken_and_unlocked() {
    let mut runs = JoinSet::new();
    for (seed, kind) in [(101, "off"), (102, "swipe")] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            stage.phone.arm(&json!({"fault": "lock", "kind": kind}));
            stage.publish(stage.config("from sleep")).await.assert_completed();
            assert_eq!(stage.phone.account().posts().len(), 1, "{kind}");
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_phone_that_is_not_ready_for_a_user_fails_at_once_and_says_what_to_do() {
    let mut runs = JoinSet::new();
    for (seed, kind, said) in [
        (103, "pin", "unlock it by hand, and set its screen lock to None"),
        (104, "setup", "finish its setup by hand"),
        (105, "usb_debugging", "answer it on the phone"),
    ] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            stage.phone.arm(&json!({"fault": "lock", "kind": kind}));
            let finished = stage.publish(stage.config("never")).await;
            finished.assert_failed_permanently("device_locked");
            assert!(finished.remark().contains(said), "{kind}: {}", finished.remark());
            let commands = stage.phone.virtual_phone().commands();
            let ran = |name: &str| commands.iter().filter(|words| words[0] == name).count();
            // One of them is evidence; a dump is what takes seconds on a phone.
            assert!(ran("uiautomator") <= 4, "{kind}: {} dumps", ran("uiautomator"));
            assert!(
                !commands.iter().any(|words| words.starts_with(&["input".into(), "tap".into()])),
                "{kind}"
            );
            assert!(stage.phone.account().posts().is_empty());
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_phone_that_falls_asleep_during_an_upload_is_woken() {
    let stage = VideoStage::start(106).await;
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 4}));
    let sleep = async |running: Running| {
        running.step("wait for the upload").await;
        stage.phone.arm(&json!({"fault": "lock", "kind": "swipe"}));
    };
    let run = stage.run(stage.config("overslept"));
    stage.phone.run_beside(run, sleep).await.assert_completed();
    assert_eq!(stage.phone.account().posts().len(), 1);
}

#[tokio::test]
async fn a_phone_that_is_locked_while_the_caption_is_written_publishes_nothing() {
    let stage = VideoStage::start(107).await;
    let lock = async |running: Running| {
        running.step("write the caption").await;
        stage.phone.arm(&json!({"fault": "lock", "kind": "pin"}));
    };
    let run = stage.run(stage.config("never"));
    let finished = stage.phone.run_beside(run, lock).await;
    finished.assert_failed_permanently("device_locked");
    assert!(stage.phone.account().posts().is_empty());
}

#[tokio::test]
async fn a_lock_screen_with_ids_of_its_maker_is_known_by_the_phones_tools() {
    let stage = VideoStage::start(108).await;
    stage.phone.arm(&json!({"fault": "lock", "kind": "pin"}));
    let ids = json!({"text": "keyguard", "by": "guard_of_maker"});
    stage.phone.rewrite(&json!({"command": "uiautomator", "change": {"replace": ids}}));
    let finished = stage.publish(stage.config("never")).await;
    finished.assert_failed_permanently("device_locked");
    assert!(finished.remark().contains("unlock it by hand"), "{}", finished.remark());
}

#[tokio::test]
async fn a_phone_whose_tools_are_wrong_about_its_lock_works() {
    let stage = VideoStage::start(109).await;
    let locked = json!({"answer": "mDreamingLockscreen=true"});
    stage.phone.rewrite(&json!({"command": "mDreamingLockscreen", "change": locked}));
    stage.publish(stage.config("not locked")).await.assert_completed();
    assert_eq!(stage.phone.account().posts().len(), 1);
}
