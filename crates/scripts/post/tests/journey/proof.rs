//! Completed means seen on the profile: only a video that was not there before the post proves it.

use serde_json::json;
use tikmatrix_device::script::{Entry, LogLevel};
use tikmatrix_script_testing::{FinishedRun, Running};
use tokio::task::JoinSet;

use crate::stage::VideoStage;

/// It failed, may have been published, and is not retried automatically.
#[track_caller]
fn assert_unconfirmed(finished: &FinishedRun, reason: &str) {
    let remark = finished.remark();
    finished.assert_failed_permanently("unconfirmed");
    assert!(remark.contains(reason), "{remark}");
    assert!(remark.contains("whether it was published is not known"), "{remark}");
}

#[tokio::test]
async fn an_older_video_with_the_same_caption_does_not_stand_for_one_whose_upload_was_lost() {
    let mut runs = JoinSet::new();
    for (seed, caption) in [(81, "twice the same"), (82, "")] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            stage.publish(stage.config(caption)).await.assert_completed();
            let finished = stage.publish_and_lose_the_upload(stage.config(caption)).await;
            assert_unconfirmed(&finished, "those there with this caption may be older than the post");
            assert_eq!(stage.phone.account().posts().len(), 1);
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn the_same_caption_three_times_is_three_posts() {
    let mut runs = JoinSet::new();
    for (seed, caption) in [(83, "again"), (84, "")] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            for posts in 1..=3 {
                stage.publish(stage.config(caption)).await.assert_completed();
                assert_eq!(stage.phone.account().posts().len(), posts);
            }
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn one_more_of_a_caption_that_fills_the_screen_is_known_by_counting() {
    let stage = VideoStage::start(87).await;
    // Six videos fill the screen: as of the seventh, only the grid's length tells.
    for posts in 1..=7 {
        stage.publish(stage.config("always the same")).await.assert_completed();
        assert_eq!(stage.phone.account().posts().len(), posts);
    }
    let finished = stage.publish_and_lose_the_upload(stage.config("always the same")).await;
    assert_unconfirmed(&finished, "those there with this caption may be older than the post");
    assert_eq!(stage.phone.account().posts().len(), 7);
    // What was lost is a draft, which takes a place in the grid.
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 3}));
    stage.publish(stage.config("always the same")).await.assert_completed();
    assert_eq!(stage.phone.account().posts().len(), 8);
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn what_was_there_before_is_looked_at_for_an_account_too() {
    let stage = VideoStage::start(85).await;
    let username = stage.phone.account().username();
    for caption in ["one", "one", "two"] {
        stage.publish_for(&username, stage.config(caption)).await.assert_completed();
    }
    assert_eq!(stage.phone.account().posts().len(), 3);
}

#[tokio::test]
async fn without_a_look_before_nothing_is_proven() {
    let stage = VideoStage::start(86).await;
    stage.phone.arm(&json!({"fault": "profile_loading"}));
    let load = async |running: Running| {
        running.step("push the video").await;
        stage.phone.virtual_phone().clear_faults();
    };
    let finished = stage.phone.run_beside(stage.run(stage.config("not looked for before")), load).await;
    assert_unconfirmed(&finished, "what was there before is not known");
    let warned = finished.reports().iter().any(|entry| {
        matches!(entry, Entry::Log(LogLevel::Warn, line) if line.starts_with("the profile could not be read before the post"))
    });
    assert!(warned, "{:#?}", finished.reports());
    assert_eq!(stage.phone.account().posts().len(), 1);
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn a_draft_that_is_alone_on_the_profile_is_no_video() {
    let stage = VideoStage::start(89).await;
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 30}));
    stage.publish_until("wait for the upload", stage.config("stopped")).await;
    assert!(stage.phone.account().posts().is_empty());
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 3}));
    stage.publish(stage.config("after a draft")).await.assert_completed();
    assert_eq!(stage.phone.account().posts().len(), 1);
    stage.phone.assert_clean().await;
}
