//! Posts of images: which are published in which order, from each source, and what is refused before the phone is touched.

use std::path::PathBuf;

use serde_json::{Value, json};
use tikmatrix_device::script::Entry;
use tikmatrix_domain::MediaType;
use tikmatrix_script_testing::{ChangingFile, Running};
use tokio::task::JoinSet;

use crate::stage::{VideoStage, hashes_of};

/// A picture of the phone's user, which no task may publish.
const OF_THE_USER: &str = "/storage/emulated/0/DCIM/Camera/holiday.png";

/// Takes a picture with the phone.
async fn take_picture(stage: &VideoStage) {
    let scan = format!("content call --uri content://media --method scan_file --arg {OF_THE_USER}");
    stage.phone.shell(&format!("echo holiday > {OF_THE_USER} && {scan}")).await;
}

#[tokio::test]
async fn one_image_is_shared_and_several_are_published_in_the_given_order() {
    let mut runs = JoinSet::new();
    for (seed, count) in [(201, 1), (202, 2), (203, 5), (204, 35)] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            take_picture(&stage).await;
            let mut images = stage.images(count);
            images.reverse();
            let finished = stage.publish(stage.image_config("in order", &images)).await;
            finished.assert_completed();
            let posts = stage.phone.account().posts();
            assert_eq!(posts.len(), 1, "{count}");
            assert_eq!(posts[0]["images"], json!(hashes_of(&images)), "{count}");
            assert_eq!(posts[0]["caption"], "in order");
            let shared = finished.entries.contains(&Entry::Step("open the image in TikTok".to_owned()));
            assert_eq!(shared, count == 1, "{count}");
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn images_of_the_library_and_of_a_folder_are_as_many_as_wanted_and_in_their_order() {
    let stage = VideoStage::start(205).await;
    let images = stage.images(4);
    for image in &images[..3] {
        let media_type = if image.extension().unwrap() == "png" { MediaType::Png } else { MediaType::Jpeg };
        stage.record.add_of_type(image.clone(), "of the library", media_type);
    }
    let config = json!({"content_type": 1, "image_count": 2, "upload_wait_time": 60});
    stage.publish(config).await.assert_completed();
    assert_eq!(stage.record.calls(), ["take 2 image [] "]);
    assert_eq!(stage.phone.account().posts()[0]["images"], json!(hashes_of(&images[1..3])));
    assert_eq!(stage.phone.account().posts()[0]["caption"], "of the library");

    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, of: &PathBuf| {
        std::fs::copy(of, folder.path().join(name)).unwrap();
    };
    put("sort_10_a.png", &images[0]);
    put("sort_2_b.jpg", &images[1]);
    put("a.png", &images[2]);
    put("z.jpg", &images[3]);
    std::fs::write(folder.path().join("caption.txt"), "of the folder").unwrap();
    let config = json!({
        "content_type": 1, "image_count": 3, "upload_wait_time": 60,
        "material_source": "localFolder", "material_path": folder.path(),
    });
    stage.publish(config.clone()).await.assert_completed();
    let ordered = [&images[1], &images[0], &images[2]].map(Clone::clone);
    assert_eq!(stage.phone.account().posts()[1]["images"], json!(hashes_of(&ordered)));
    assert_eq!(stage.phone.account().posts()[1]["caption"], "of the folder");
    let finished = stage.publish(config).await;
    finished.assert_failed_permanently("material_missing");
    let remark = finished.remark();
    let wanted = "has 1 unused JPG or PNG images, and image_count is 3: add images or lower image_count; see material_path";
    assert!(remark.ends_with(wanted), "{remark}");
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn what_is_no_image_is_refused_before_the_phone_is_touched() {
    let stage = VideoStage::start(206).await;
    let good = stage.images(2);
    let bad = |name: &str, content: &[u8]| {
        let path = good[0].with_file_name(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let cases: [(PathBuf, &str, &str); 6] = [
        (
            bad("v.png", b"\0\0\0\x14ftypisom\0\0\x02\0isom"),
            "material_refused",
            "a post has images or one video: take it out",
        ),
        (
            bad("text.png", b"text"),
            "material_refused",
            "is no JPG or PNG image by its content: save it again as JPG or PNG",
        ),
        (
            bad("w.jpg", b"RIFF\0\0\0\0WEBPVP8 "),
            "material_refused",
            "but WebP by its content: convert it to JPG or PNG",
        ),
        (
            bad("p.png", b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
            "material_refused",
            "rename it to one that ends in .jpg",
        ),
        (bad("empty.png", b""), "material_refused", "is empty"),
        (
            good[0].with_file_name("absent.png"),
            "material_missing",
            "correct its path, or take it out of the list",
        ),
    ];
    let commands = stage.phone.virtual_phone().commands().len();
    for (path, code, said) in cases {
        let images = [good[0].clone(), path.clone(), good[1].clone()];
        let finished = stage.publish(stage.image_config("never", &images)).await;
        finished.assert_failed_permanently(code);
        let remark = finished.remark();
        assert!(remark.contains(said) && remark.contains(path.to_str().unwrap()), "{remark}");
    }
    let finished = stage.publish(json!({"content_type": 1, "image_count": 4})).await;
    finished.assert_failed_permanently("material_missing");
    let wanted = "the material library has 0 unused images, and image_count is 4";
    assert!(finished.remark().starts_with(wanted), "{}", finished.remark());
    let ran = stage.phone.virtual_phone().commands().split_off(commands);
    assert!(ran.iter().all(|words| ["exec", "getprop"].contains(&words[0].as_str())), "{ran:?}");
    assert!(stage.phone.account().posts().is_empty());
}

#[tokio::test]
async fn an_image_that_changes_while_it_is_used_is_not_published() {
    let stage = VideoStage::start(207).await;
    let images = stage.images(3);
    let content = std::fs::read(&images[2]).unwrap();
    let last = ChangingFile::create(images[2].clone(), &content);
    let write = async |running: Running| {
        running.step("look at the profile").await;
        last.append(b"more");
    };
    let config = stage.image_config("never", &images);
    let finished = stage.phone.run_beside(stage.run(config), write).await;
    finished.assert_failed_transiently("material_changed");
    assert!(finished.remark().contains("was written to while the task used it"), "{}", finished.remark());
    assert!(stage.phone.account().posts().is_empty());
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn images_that_an_earlier_attempt_has_published_are_not_published_again() {
    let stage = VideoStage::start(208).await;
    let images = stage.images(2);
    let config: Value = stage.image_config("once", &images);
    let first = stage.publish_until("confirm on the profile", config.clone()).await;
    first.assert_stopped();
    let second = stage.publish_after(&first, config).await;
    second.assert_completed_with("published by an earlier attempt, and seen on the profile");
    assert_eq!(stage.phone.account().posts().len(), 1);
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn images_whose_upload_was_cut_off_are_published_by_the_next_attempt() {
    let stage = VideoStage::start(209).await;
    let images = stage.images(2);
    let config: Value = stage.image_config("once", &images);
    stage.publish(stage.config("older")).await.assert_completed();
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 30}));
    let first = stage.publish_until("wait for the upload", config.clone()).await;
    first.assert_stopped();
    stage.phone.virtual_phone().clear_faults();
    stage.publish_after(&first, config).await.assert_completed_with("published, and seen on the profile");
    assert_eq!(stage.phone.account().posts().len(), 2);
    assert_eq!(stage.phone.account().posts()[1]["images"], json!(hashes_of(&images)));
}
