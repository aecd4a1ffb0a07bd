//! Videos of the library and of local folders: which one is taken, under which caption, and what is said of it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::stage::VideoStage;

fn from_folder(stage: &VideoStage, folder: &Path, caption: &str) -> Value {
    let mut config = stage.config(caption);
    config.as_object_mut().unwrap().remove("material_list");
    config["material_source"] = json!("localFolder");
    config["material_path"] = json!(folder);
    config
}

/// A folder with a copy of the stage's video under each of these names.
fn folder(stage: &VideoStage, names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(stage.video(), path).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_video_of_the_library_is_published_under_its_own_caption() {
    let stage = VideoStage::start(61).await;
    stage.record.add(stage.video(), "its {own|own} caption");
    let config = json!({"captions": "the task's", "materials_tags": "Sale, summer", "upload_wait_time": 60});
    stage.publish(config).await.assert_completed();
    let posts = stage.phone.account().posts();
    assert_eq!(
        (&posts[0]["caption"], &posts[0]["media_sha256"]),
        (&json!("its own caption"), &json!(stage.video_hash()))
    );
    assert_eq!(stage.record.calls(), ["take 1 video [sale summer] "]);
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn a_library_with_nothing_left_is_told_before_the_phone_is_touched() {
    let stage = VideoStage::start(62).await;
    let finished = stage.publish_for("maker", json!({"materials_tags": "sale"})).await;
    let remark = finished.remark();
    assert!(
        remark.starts_with("the material library has no unused video with the tag sale for @maker left"),
        "{remark}"
    );
    finished.assert_failed_permanently("material_missing");
    assert!(finished.reports().len() == 1, "it has not begun a second step: {:?}", finished.reports());
}

#[tokio::test]
async fn a_file_that_the_library_lost_and_a_caption_that_is_none_are_named() {
    let stage = VideoStage::start(63).await;
    stage.record.add(stage.video().with_file_name("lost.mp4"), "");
    let finished = stage.publish(json!({})).await;
    finished.assert_failed_permanently("material_missing");
    assert_eq!(
        finished.remark(),
        "the file \"lost.mp4\" of material 7 is not on this server any more: delete it and upload it again"
    );
    stage.record.add(stage.video(), "a {b");
    let finished = stage.publish(json!({})).await;
    finished.assert_failed_permanently("material_refused");
    let remark = finished.remark();
    assert!(remark.starts_with("the caption of material 7 cannot be read: the { at character 3"), "{remark}");
}

#[tokio::test]
async fn a_video_is_not_published_when_its_state_cannot_be_recorded() {
    let stage = VideoStage::start(64).await;
    stage.record.add(stage.video(), "");
    stage.record.break_down();
    let finished = stage.publish(json!({})).await;
    assert_eq!(finished.remark(), "the record of materials cannot be reached: the disk is full");
    finished.assert_failed_transiently("internal");
    assert!(stage.phone.account().posts().is_empty());
}

#[tokio::test]
async fn an_account_gets_the_videos_of_its_own_folder_and_then_those_around_it() {
    let stage = VideoStage::start(65).await;
    let folder = folder(&stage, &["@Other/o.mp4", "root.MP4", ".hidden.mp4", "text.txt"]);
    let username = stage.phone.account().username();
    let own = folder.path().join(format!("@{}", username.to_uppercase()));
    std::fs::create_dir(&own).unwrap();
    std::fs::copy(stage.video(), own.join("own.mp4")).unwrap();
    std::fs::write(own.join("caption.txt"), "\u{feff}of its own folder\n").unwrap();
    std::fs::write(folder.path().join("caption.txt"), "of the folder around it").unwrap();
    std::fs::write(folder.path().join("empty.mp4"), "").unwrap();

    for caption in ["of its own folder", "of the folder around it"] {
        let config = from_folder(&stage, folder.path(), "the task's");
        stage.publish_for(&username, config).await.assert_completed();
        assert_eq!(stage.phone.account().posts().last().unwrap()["caption"], caption);
    }
    let last = stage.publish_for(&username, from_folder(&stage, folder.path(), "")).await;
    let wanted =
        format!("the folder {} has no unused MP4 video left; see material_path", folder.path().display());
    assert_eq!(last.remark(), wanted);
    last.assert_failed_permanently("material_missing");
}

#[tokio::test]
async fn a_folder_without_a_caption_gets_the_tasks() {
    let stage = VideoStage::start(66).await;
    let folder = folder(&stage, &["one.mp4"]);
    stage.publish(from_folder(&stage, folder.path(), "the task's")).await.assert_completed();
    assert_eq!(stage.phone.account().posts()[0]["caption"], "the task's");
    assert_eq!(stage.record.calls(), ["take a file"]);
}

#[tokio::test]
async fn folders_that_cannot_be_used_and_captions_that_are_none_are_named() {
    let stage = VideoStage::start(67).await;
    let folder = folder(&stage, &["one.mp4"]);
    let absent = folder.path().join("absent");
    let file = folder.path().join("one.mp4");
    let play = async |path: &Path, code: &str| {
        let finished = stage.publish(from_folder(&stage, path, "")).await;
        finished.assert_failed_permanently(code);
        finished.remark()
    };
    assert_eq!(
        play(&absent, "material_missing").await,
        format!("the folder {} does not exist on the server; see material_path", absent.display())
    );
    let no_folder = format!("the folder {} is no folder; see material_path", file.display());
    assert_eq!(play(&file, "material_refused").await, no_folder);
    for (bytes, said) in [
        (&b"\xff\xfe"[..], "caption.txt is not UTF-8"),
        (&[b'x'; 70_000], "caption.txt is longer than 65536 bytes"),
    ] {
        std::fs::write(folder.path().join("caption.txt"), bytes).unwrap();
        let remark = play(folder.path(), "material_refused").await;
        assert!(remark.contains(said), "{remark}");
    }
}

#[tokio::test]
async fn a_video_of_another_format_is_refused_by_its_name_wherever_it_comes_from() {
    let stage = VideoStage::start(69).await;
    for (head, name) in [
        (&b"\0\0\0\x14ftypqt  \0\0\x02\0qt  "[..], "MOV"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "WebM"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
    ] {
        let folder = folder(&stage, &[]);
        let file = folder.path().join("v.mp4");
        std::fs::write(&file, [head, &[7; 5_000]].concat()).unwrap();
        let listed = json!({ "material_list": [file] });
        for config in [from_folder(&stage, folder.path(), ""), listed] {
            let finished = stage.publish(config).await;
            finished.assert_failed_permanently("material_refused");
            let remark = finished.remark();
            assert!(remark.contains(&format!("is no MP4 video but {name} by its content")), "{remark}");
        }
    }
    assert!(stage.phone.account().posts().is_empty());
}

#[tokio::test]
async fn a_folder_without_videos_says_what_it_holds() {
    let stage = VideoStage::start(68).await;
    let empty = folder(&stage, &[]);
    let names =
        ["a.MOV", "b.mov", "c.txt", "d", "sub/e.mp4", ".hidden.mp4", "f.x\u{202e}y", "g.1", "h.2", "i.3"];
    for (folder, content) in [
        (&empty, "nothing"),
        (
            &folder(&stage, &names),
            "2 .mov files, 1 .1 file, 1 .2 file, 1 .3 file, 1 .txt file, 2 other files and 1 folder",
        ),
    ] {
        let finished = stage.publish(from_folder(&stage, folder.path(), "")).await;
        finished.assert_failed_permanently("material_missing");
        let shown = folder.path().display();
        let remark = format!("the folder {shown} has no MP4 video: it holds {content}; see material_path");
        assert_eq!(finished.remark(), remark);
    }
}

#[tokio::test]
async fn what_fails_before_the_tap_never_began_to_be_published() {
    let stage = VideoStage::start(68).await;
    stage.record.add(stage.video(), "");
    let finished = stage.publish_for("absent.user", json!({})).await;
    assert_eq!(finished.remark(), "account @absent.user is not signed in on this phone");
    assert_eq!(stage.record.calls(), ["take 1 video [] absent.user"]);
}

#[tokio::test]
async fn a_named_pipe_is_refused_instead_of_waited_for() {
    let stage = VideoStage::start(67).await;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.mp4");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let finished = stage.publish(json!({"material_list": [pipe]})).await;
    finished.assert_failed_permanently("material_refused");
    assert!(finished.remark().contains("is no file but a folder or a device"), "{}", finished.remark());
}
