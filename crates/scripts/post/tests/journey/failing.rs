//! Journeys that cannot end well: each ends in time, with a remark that helps, and with a clean phone.

use serde_json::json;
use tikmatrix_device::script::{ArtifactKind, Entry, RunOutcome};
use tokio::task::JoinSet;

use crate::stage::Stage;

#[tokio::test]
async fn a_missing_file_is_named_as_it_was_written_before_the_phone_is_touched() {
    let stage = Stage::set(31).await;
    let mut config = stage.config("never");
    config["material_list"] = json!(["C:/Videos/video1.mp4"]);
    let commands = stage.farm.phones()[0].commands().len();
    let played = stage.play(config).await;
    assert_eq!(
        played.remark(),
        "the file C:/Videos/video1.mp4 does not exist on the server; see material_list"
    );
    let ran = stage.farm.phones()[0].commands().split_off(commands);
    assert!(
        ran.iter().all(|words| ["exec", "getprop"].contains(&words[0].as_str())),
        "more than the connection itself touched the phone: {ran:?}"
    );
}

#[tokio::test]
async fn another_account_is_not_published_for() {
    let stage = Stage::set(32).await;
    let played = stage.play_for(stage.config("for another account"), Some("@Absent.User"), None).await;
    assert_eq!(played.remark(), "account @absent.user is not signed in on this phone");
    let said = format!("{:?}", played.said());
    assert!(said.contains("accounts are not switched yet: switch to @absent.user"), "{said}");
    assert!(stage.posts().is_empty());
    stage.assert_clean().await;
}

#[tokio::test]
async fn what_is_no_video_is_refused() {
    let stage = Stage::set(33).await;
    let folder = stage.video().parent().unwrap().to_owned();
    std::fs::write(folder.join("empty.mp4"), b"").unwrap();
    std::fs::write(folder.join("text.txt"), b"text").unwrap();
    for (name, reason) in [("empty.mp4", "is empty"), ("text.txt", "is no MP4 video"), ("", "is no file")] {
        let path = folder.join(name);
        let mut config = stage.config("never");
        config["material_list"] = json!([path]);
        let remark = stage.play(config).await.remark();
        assert!(remark.contains(reason) && remark.contains(path.to_str().unwrap()), "{remark}");
    }
}

#[tokio::test]
async fn a_stopped_run_publishes_nothing_and_leaves_the_phone_clean() {
    let mut runs = JoinSet::new();
    for step in ["push the video", "open the video in TikTok", "write the caption"] {
        runs.spawn(async move {
            let stage = Stage::set(34).await;
            let played = stage.play_for(stage.config("stopped"), None, Some(step)).await;
            assert!(matches!(played.ended, RunOutcome::Cancelled), "{step}: {}", played.remark());
            assert!(stage.posts().is_empty());
            stage.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_failure_keeps_a_picture_and_the_tree_of_its_instant() {
    let stage = Stage::set(35).await;
    let played = stage.play_for(stage.config("for another account"), Some("absent"), None).await;
    let kinds: Vec<ArtifactKind> = played
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Artifact { kind, bytes } if !bytes.is_empty() => Some(*kind),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [ArtifactKind::Tape, ArtifactKind::Screenshot, ArtifactKind::UiTree]);
}
