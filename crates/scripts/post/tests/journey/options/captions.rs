//! Captions whose typing opens lists, in fields of other builds, and those that are taken in turn.

use serde_json::json;
use tokio::task::JoinSet;

use super::{publish_with, stage_with};
use crate::stage::VideoStage;

#[tokio::test]
async fn captions_arrive_letter_for_letter_over_lists_and_in_other_fields() {
    let mut runs = JoinSet::new();
    for (seed, faults, given, published) in [
        (421, &[][..], "ends with a #hashtag", "ends with a #hashtag"),
        (422, &[], "with @some.one", "with @some.one"),
        (423, &["tip"], "over a tip", "over a tip"),
        (424, &["tip"], "", ""),
        (425, &["no_title"], "only a description #one", "only a description #one"),
        (426, &["no_title", "tip"], "The title ## The text", "The title\nThe text"),
        (427, &["no_title"], "The title##", "The title"),
    ] {
        runs.spawn(async move {
            let stage = stage_with(seed, faults).await;
            publish_with(&stage, given, json!({})).await.assert_completed();
            assert_eq!(stage.phone.account().posts()[0]["caption"], published, "{faults:?}");
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn lines_are_published_in_turn_and_round_again() {
    let stage = VideoStage::start(431).await;
    let lines = "one {a|b}\n\nThe title##two###lines\n";
    for _ in 0..3 {
        publish_with(&stage, lines, json!({"caption_format": "multiline"})).await.assert_completed();
    }
    let captions: Vec<_> = stage.phone.account().posts().iter().map(|post| post["caption"].clone()).collect();
    assert_eq!(captions, ["one {a|b}", "The title\ntwo\nlines", "one {a|b}"]);
}

#[tokio::test]
async fn the_caption_of_a_material_takes_no_turn() {
    let stage = VideoStage::start(432).await;
    stage.record.add(stage.video(), "its own");
    let config = json!({"captions": "one\ntwo", "caption_format": "multiline", "upload_wait_time": 60});
    stage.publish(config).await.assert_completed();
    assert_eq!(stage.phone.account().posts()[0]["caption"], "its own");
    assert!(stage.record.calls().iter().all(|call| !call.starts_with("turn")));
}
