//! Publishing by the app's + button: exactly the task's files are chosen in the gallery, whatever else it holds and whatever
//! it remembers of its user.

use serde_json::json;
use tikmatrix_device::script::Entry;
use tokio::task::JoinSet;

use crate::stage::{VideoStage, hash_of, hashes_of};

const ALBUM: &str = "/storage/emulated/0/Pictures/Screenshots";

/// Puts pictures and a video into the phone's gallery, in an album of their own.
async fn fill_gallery(stage: &VideoStage) {
    stage.phone.shell(&format!("mkdir -p {ALBUM}")).await;
    for name in ["a.png", "b.jpg", "c.mp4"] {
        let scan = format!("content call --uri content://media --method scan_file --arg {ALBUM}/{name}");
        stage.phone.shell(&format!("echo {name} > {ALBUM}/{name} && {scan}")).await;
    }
}

#[tokio::test]
async fn a_video_is_chosen_in_the_gallery_whatever_the_app_remembers() {
    let mut runs = JoinSet::new();
    // The seed decides whether the camera opens on another tab, and whether several items can be chosen.
    for seed in [210, 211, 212, 213] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            fill_gallery(&stage).await;
            let mut config = stage.config("by the + button");
            config["post_way"] = json!("addButton");
            let finished = stage.publish(config).await;
            finished.assert_completed();
            assert!(finished.entries.contains(&Entry::Step("choose the video in TikTok".to_owned())));
            let posts = stage.phone.account().posts();
            assert_eq!(posts.len(), 1);
            assert_eq!(posts[0]["media_sha256"], stage.video_hash());
            assert_eq!((&posts[0]["images"], &posts[0]["caption"]), (&json!([]), &json!("by the + button")));
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn the_album_that_the_gallery_remembers_is_left_for_all_pictures() {
    let stage = VideoStage::start(211).await;
    fill_gallery(&stage).await;
    stage.phone.restart_app().await;
    // As a user does: the permission's refusal, Create, gallery, albums, the second album.
    for tap in ["540 1480", "540 2270", "100 2150", "540 200", "540 500"] {
        stage.phone.shell(&format!("input tap {tap}")).await;
    }
    let images = stage.images(2);
    let mut config = stage.image_config("of all albums", &images);
    config["post_way"] = json!("addButton");
    stage.publish(config).await.assert_completed();
    assert_eq!(stage.phone.account().posts()[0]["images"], json!(hashes_of(&images)));
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn one_image_is_published_by_the_button_too() {
    let stage = VideoStage::start(215).await;
    fill_gallery(&stage).await;
    let images = stage.images(1);
    let mut config = stage.image_config("one", &images);
    config["post_way"] = json!("addButton");
    stage.publish(config).await.assert_completed();
    assert_eq!(stage.phone.account().posts()[0]["images"], json!([hash_of(&images[0])]));
}

#[tokio::test]
async fn nothing_is_published_when_the_gallery_holds_a_newer_picture() {
    let stage = VideoStage::start(216).await;
    fill_gallery(&stage).await;
    let scan = format!("content call --uri content://media --method scan_file --arg {ALBUM}/a.png");
    stage.phone.shell(&format!("touch -d 2099-01-01T00:00:00 {ALBUM}/a.png && {scan}")).await;
    let finished = stage.publish(stage.image_config("never", &stage.images(2))).await;
    finished.assert_failed_transiently("app_changed");
    let remark = finished.remark();
    assert!(remark.starts_with("another picture or video is newer in the phone's gallery"), "{remark}");
    assert_eq!(finished.mark(), None);
    assert!(stage.phone.account().posts().is_empty());
    stage.phone.assert_clean().await;
}
