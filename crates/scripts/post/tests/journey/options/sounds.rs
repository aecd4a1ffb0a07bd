//! The sound of a post: off, the first, one that is searched for, one by its name or its page; and both volumes.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{assert_refused, publish_with, stage_with};
use crate::stage::VideoStage;

#[tokio::test]
async fn a_post_has_the_sound_that_was_asked_for() {
    let mut runs = JoinSet::new();
    let by_name = json!({"post_way": "useSound", "sound_name": "Blue Bird - The Nest"});
    for (seed, fields, sound) in [
        (461, json!({"add_sound": 0}), Value::Null),
        (462, json!({"add_sound": "1"}), json!("Sunny Morning - The Waves")),
        (463, json!({"add_sound": "custom", "custom_sound_keyword": "summer rain"}), json!("summer rain")),
        (464, by_name, json!("Blue Bird - The Nest")),
    ] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            publish_with(&stage, "listen", fields).await.assert_completed();
            assert_eq!(stage.phone.account().posts()[0]["sound"], sound);
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn another_sound_than_the_one_asked_for_is_not_published() {
    let mut runs = JoinSet::new();
    let by_name = json!({"post_way": "useSound", "sound_name": "Blue Bird"});
    let search = json!({"add_sound": "custom", "custom_sound_keyword": "x", "sound_wait_time": 3});
    for (seed, fault, fields, words) in [
        (471, "no_sound", search, "TikTok has listed no sound within 3 s"),
        (
            472,
            "other_sound",
            by_name,
            "should have the sound \"Blue Bird\", and TikTok's editor shows \"Another Song",
        ),
    ] {
        runs.spawn(async move {
            let stage = stage_with(seed, &[fault]).await;
            let finished = publish_with(&stage, "listen", fields).await;
            assert_refused(&stage, &finished, "sound_unavailable", words).await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn both_volumes_are_set() {
    let stage = VideoStage::start(481).await;
    let fields = json!({"add_sound": 1, "origin_sound_volume": 0, "add_sound_volume": 87});
    publish_with(&stage, "loud", fields).await.assert_completed();
    let post = &stage.phone.account().posts()[0];
    let volume = |name: &str| post[name].as_i64().unwrap();
    assert_eq!(volume("origin_sound_volume"), 0);
    assert!((86..=88).contains(&volume("add_sound_volume")), "{post}");
}

#[tokio::test]
async fn the_lists_of_a_folder_are_taken_line_by_line_round_again() {
    let stage = VideoStage::start(482).await;
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.mp4", "b.mp4", "c.mp4"] {
        std::fs::copy(stage.video(), folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("sound_names.txt"), "First Song\n\n  Second Song \n").unwrap();
    let config = json!({
        "material_source": "localFolder",
        "material_path": folder.path(),
        "post_way": "useSound",
        "sound_name": "not this one",
        "upload_wait_time": 60,
    });
    for _ in 0..3 {
        stage.publish(config.clone()).await.assert_completed();
    }
    let sounds: Vec<_> = stage.phone.account().posts().iter().map(|post| post["sound"].clone()).collect();
    assert_eq!(sounds, ["First Song", "Second Song", "First Song"]);
}

#[tokio::test]
async fn every_form_of_the_url_of_a_sound_leads_to_a_post_with_it() {
    let mut runs = JoinSet::new();
    for (seed, url, sound) in [
        (491, "https://www.tiktok.com/music/Blue-Bird-7012345", "Blue Bird"),
        (492, "https://www.tiktok.com/t/ZT8abc/", "Short Way Home"),
        (493, "vm.tiktok.com/ZM8abc", "Short Way Home"),
    ] {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            publish_with(&stage, "listen", json!({"post_way": "useSound", "sound_name": url}))
                .await
                .assert_completed();
            let posts = stage.phone.account().posts();
            assert_eq!((&posts[0]["sound"], &posts[0]["placement"]), (&json!(sound), &json!("feed")));
            assert_eq!(posts[0]["media_sha256"], json!(stage.video_hash()));
        });
    }
    runs.join_all().await;
    let stage = VideoStage::start(494).await;
    let url = "https://www.tiktok.com/music/missing-7";
    let finished = publish_with(&stage, "listen", json!({"post_way": "useSound", "sound_name": url})).await;
    assert_refused(&stage, &finished, "sound_unavailable", "TikTok says that the sound is not available")
        .await;
}
