//! The audience and the label for AI-generated content: never wider than asked for, never without the label.

use serde_json::json;
use tokio::task::JoinSet;

use super::{assert_refused, publish_with, stage_with};

#[tokio::test]
async fn a_post_is_seen_by_whom_it_is_for_and_labelled_as_asked() {
    let mut runs = JoinSet::new();
    for (seed, faults, visibility, ai_label) in [
        (401, &[][..], "public", false),
        (402, &[], "friends", false),
        (403, &[], "private", true),
        (404, &["small_screen"], "private", true),
        (405, &["ai_notice"], "public", true),
        (406, &["private_by_default"], "public", false),
        (407, &["audience_refused", "private_by_default"], "private", false),
    ] {
        runs.spawn(async move {
            let stage = stage_with(seed, faults).await;
            let fields = json!({"visibility": visibility, "ai_label": ai_label});
            let caption = "Everyone can view this post #tag";
            publish_with(&stage, caption, fields).await.assert_completed();
            let post = &stage.phone.account().posts()[0];
            assert_eq!(post["caption"], caption);
            assert_eq!(
                (&post["visibility"], &post["ai_label"]),
                (&json!(visibility), &json!(ai_label)),
                "{faults:?}"
            );
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn nothing_is_published_wider_than_asked_or_without_the_label() {
    let mut runs = JoinSet::new();
    for (seed, fault, fields, words) in [
        (411, "audience_refused", json!({"visibility": "private"}), "did not take the audience Only you"),
        (412, "audience_refused", json!({"visibility": "friends"}), "did not take the audience Friends"),
        (413, "ai_label_refused", json!({"ai_label": true}), "did not switch its label"),
        (414, "ai_label_missing", json!({"ai_label": true}), "has no switch for AI-generated content"),
    ] {
        runs.spawn(async move {
            let stage = stage_with(seed, &[fault]).await;
            let finished = publish_with(&stage, "for few", fields).await;
            assert_refused(&stage, &finished, "option_unavailable", words).await;
        });
    }
    runs.join_all().await;
}
