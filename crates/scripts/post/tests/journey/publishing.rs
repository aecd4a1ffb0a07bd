//! Journeys that end with a published video.

use serde_json::json;
use tikmatrix_device::script::Entry;

use crate::stage::Stage;

#[tokio::test]
async fn the_documented_example_is_published_with_its_caption_and_its_very_bytes() {
    let stage = Stage::set(1).await;
    let played = stage.play(stage.config("Check out my new video! #viral #fyp")).await;
    played.assert_completed();
    let posts = stage.posts();
    assert_eq!(posts.len(), 1, "{posts:#?}");
    assert_eq!(posts[0]["caption"], "Check out my new video! #viral #fyp");
    assert_eq!(posts[0]["media_sha256"], json!(stage.video_hash()));
    assert_eq!(posts[0]["placement"], "feed");
    stage.assert_clean().await;
    let last = played.entries.iter().rev().find(|entry| matches!(entry, Entry::Progress(_)));
    assert_eq!(last, Some(&Entry::Progress(100)));
    assert!(!played.entries.iter().any(|entry| matches!(entry, Entry::Artifact { .. })));
}

#[tokio::test]
async fn two_videos_in_a_row_are_two_posts() {
    let stage = Stage::set(2).await;
    for caption in ["the first", "the second"] {
        stage.play(stage.config(caption)).await.assert_completed();
    }
    let captions: Vec<_> = stage.posts().iter().map(|post| post["caption"].clone()).collect();
    assert_eq!(captions, ["the first", "the second"]);
}

#[tokio::test]
async fn the_account_that_is_signed_in_is_accepted_in_any_case() {
    let stage = Stage::set(3).await;
    let report = serde_json::to_value(stage.farm.report()).unwrap();
    let username = report[0]["apps"]["tiktok"]["accounts"][0]["username"].as_str().unwrap().to_uppercase();
    stage.play_for(stage.config("for an account"), Some(&username), None).await.assert_completed();
    assert_eq!(stage.posts().len(), 1);
}

#[tokio::test]
async fn the_first_file_of_the_list_that_exists_is_taken() {
    let stage = Stage::set(4).await;
    let mut config = stage.config("from a list");
    config["material_list"] = json!(["missing.mp4", stage.video()]);
    let played = stage.play(config).await;
    played.assert_completed();
    assert!(played.said().iter().any(|it| matches!(it, Entry::Log(_, line) if line.contains("missing.mp4"))));
}
