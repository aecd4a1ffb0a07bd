//! Journeys that end with a published video.

use serde_json::json;
use tikmatrix_device::script::Entry;

use crate::stage::VideoStage;

#[tokio::test]
async fn the_documented_example_is_published_with_its_caption_and_its_very_bytes() {
    let stage = VideoStage::start(1).await;
    let finished = stage.publish(stage.config("Check out my new video! #viral #fyp")).await;
    finished.assert_completed();
    let posts = stage.phone.account().posts();
    assert_eq!(posts.len(), 1, "{posts:#?}");
    assert_eq!(posts[0]["caption"], "Check out my new video! #viral #fyp");
    assert_eq!(posts[0]["media_sha256"], json!(stage.video_hash()));
    assert_eq!(posts[0]["placement"], "feed");
    stage.phone.assert_clean().await;
    let last = finished.entries.iter().rev().find(|entry| matches!(entry, Entry::Progress(_)));
    assert_eq!(last, Some(&Entry::Progress(100)));
    assert!(!finished.entries.iter().any(|entry| matches!(entry, Entry::Artifact { .. })));
    assert!(finished.entries.contains(&Entry::AppVersion("43.1.4".to_owned())));
}

#[tokio::test]
async fn two_videos_in_a_row_are_two_posts() {
    let stage = VideoStage::start(2).await;
    for caption in ["the first", "the second"] {
        stage.publish(stage.config(caption)).await.assert_completed();
    }
    let captions: Vec<_> = stage.phone.account().posts().iter().map(|post| post["caption"].clone()).collect();
    assert_eq!(captions, ["the first", "the second"]);
}

#[tokio::test]
async fn the_account_that_is_signed_in_is_accepted_in_any_case() {
    let stage = VideoStage::start(3).await;
    let username = stage.phone.account().username().to_uppercase();
    stage.publish_for(&username, stage.config("for an account")).await.assert_completed();
    assert_eq!(stage.phone.account().posts().len(), 1);
}

#[tokio::test]
async fn a_video_for_another_account_that_is_signed_in_is_published_by_that_account() {
    let stage = VideoStage::start(5).await;
    let first = stage.phone.account().username();
    stage.phone.sign_in("sample_user_2");
    stage.publish_for("sample_user_2", stage.config("for the second")).await.assert_completed();
    assert_eq!(stage.phone.account().username(), "sample_user_2");
    assert_eq!(stage.phone.account_of("sample_user_2").posts()[0]["caption"], "for the second");
    assert!(stage.phone.account_of(&first).posts().is_empty());
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn the_first_file_of_the_list_that_exists_is_taken() {
    let stage = VideoStage::start(4).await;
    let mut config = stage.config("from a list");
    config["material_list"] = json!(["missing.mp4", stage.video()]);
    let finished = stage.publish(config).await;
    finished.assert_completed();
    assert!(
        finished.reports().iter().any(|it| matches!(it, Entry::Log(_, line) if line.contains("missing.mp4")))
    );
}
