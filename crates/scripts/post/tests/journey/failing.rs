//! Journeys that cannot end well: each ends in time, with a remark that helps, and with a clean phone.

use serde_json::json;
use tikmatrix_device::script::{ArtifactKind, Entry};
use tokio::task::JoinSet;

use crate::stage::VideoStage;

#[tokio::test]
async fn a_missing_file_is_named_as_it_was_written_before_the_phone_is_touched() {
    let stage = VideoStage::start(31).await;
    let mut config = stage.config("never");
    config["material_list"] = json!(["C:/Videos/video1.mp4"]);
    let commands = stage.phone.virtual_phone().commands().len();
    let finished = stage.publish(config).await;
    assert_eq!(
        finished.remark(),
        "the file C:/Videos/video1.mp4 does not exist on the server; see material_list"
    );
    finished.assert_failed_permanently("material_missing");
    let ran = stage.phone.virtual_phone().commands().split_off(commands);
    assert!(
        ran.iter().all(|words| ["exec", "getprop"].contains(&words[0].as_str())),
        "more than the connection itself touched the phone: {ran:?}"
    );
}

#[tokio::test]
async fn another_account_is_not_published_for() {
    let stage = VideoStage::start(32).await;
    let finished = stage.publish_for("@Absent.User", stage.config("for another account")).await;
    assert_eq!(finished.remark(), "account @absent.user is not signed in on this phone");
    finished.assert_failed_permanently("not_signed_in");
    assert!(stage.phone.account().posts().is_empty());
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn what_is_no_video_is_refused() {
    let stage = VideoStage::start(33).await;
    let folder = stage.video().parent().unwrap().to_owned();
    std::fs::write(folder.join("empty.mp4"), b"").unwrap();
    std::fs::write(folder.join("text.txt"), b"text").unwrap();
    for (name, reason) in [("empty.mp4", "is empty"), ("text.txt", "is no MP4 video"), ("", "is no file")] {
        let path = folder.join(name);
        let mut config = stage.config("never");
        config["material_list"] = json!([path]);
        let finished = stage.publish(config).await;
        let remark = finished.remark();
        finished.assert_failed_permanently("material_refused");
        assert!(remark.contains(reason) && remark.contains(path.to_str().unwrap()), "{remark}");
    }
}

#[tokio::test]
async fn a_stopped_run_publishes_nothing_and_leaves_the_phone_clean() {
    let mut runs = JoinSet::new();
    for step in ["push the video", "open the video in TikTok", "write the caption"] {
        runs.spawn(async move {
            let stage = VideoStage::start(34).await;
            let finished = stage.publish_until(step, stage.config("stopped")).await;
            finished.assert_stopped();
            assert!(stage.phone.account().posts().is_empty());
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_failure_keeps_a_picture_and_the_tree_of_its_instant() {
    let stage = VideoStage::start(35).await;
    let finished = stage.publish_for("absent", stage.config("for another account")).await;
    let kinds: Vec<ArtifactKind> = finished
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Artifact { kind, bytes } if !bytes.is_empty() => Some(*kind),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [ArtifactKind::Tape, ArtifactKind::Screenshot, ArtifactKind::UiTree]);
}
