//! A further attempt at a task whose earlier one tapped Post: it never publishes twice, and publishes what is not there.

use serde_json::json;

use crate::stage::VideoStage;

#[tokio::test]
async fn what_an_earlier_attempt_has_published_completes_the_task_without_another_post() {
    let stage = VideoStage::start(91).await;
    stage.publish(stage.config("older")).await.assert_completed();
    let first = stage.publish_until("confirm on the profile", stage.config("once")).await;
    first.assert_stopped();
    assert_eq!(first.mark().unwrap()["caption"]["description"], "once");
    let second = stage.publish_after(&first, stage.config("once")).await;
    second.assert_completed_with("published by an earlier attempt, and seen on the profile");
    let captions: Vec<_> = stage.phone.account().posts().iter().map(|post| post["caption"].clone()).collect();
    assert_eq!(captions, ["older", "once"]);
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn what_an_earlier_attempt_has_not_published_is_published() {
    let stage = VideoStage::start(92).await;
    stage.publish(stage.config("older")).await.assert_completed();
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 30}));
    let first = stage.publish_until("wait for the upload", stage.config("once")).await;
    first.assert_stopped();
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 1}));
    let second = stage.publish_after(&first, stage.config("once")).await;
    second.assert_completed_with("published, and seen on the profile");
    assert_eq!(stage.phone.account().posts().len(), 2);
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn what_cannot_be_known_is_left_to_a_person() {
    let stage = VideoStage::start(93).await;
    for mark in
        [json!({}), json!(null), json!({"caption": {"title": "", "description": "once"}, "before": null})]
    {
        let run = stage.run(stage.config("once")).marked(mark.clone());
        let finished = stage.phone.run(run).await;
        finished.assert_failed_permanently("unconfirmed");
        let remark = finished.remark();
        assert!(remark.contains("whether it published is not known"), "{remark}");
        assert_eq!(finished.mark(), Some(mark), "the mark stands");
    }
    assert!(stage.phone.account().posts().is_empty());
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn nothing_is_published_when_the_mark_cannot_be_stored() {
    let stage = VideoStage::start(94).await;
    let finished = stage.phone.run(stage.run(stage.config("once")).without_marks()).await;
    finished.assert_failed_transiently("internal");
    let remark = finished.remark();
    assert_eq!(remark, "what is about to be done on the phone cannot be recorded: the disk is full");
    assert!(stage.phone.account().posts().is_empty());
}

#[tokio::test]
async fn an_attempt_that_ended_before_post_leaves_no_mark() {
    let stage = VideoStage::start(95).await;
    let first = stage.publish_until("write the caption", stage.config("once")).await;
    assert_eq!(first.mark(), None);
    stage.publish_after(&first, stage.config("once")).await.assert_completed();
    assert_eq!(stage.phone.account().posts().len(), 1);
}

#[tokio::test]
async fn a_first_post_that_was_cut_off_is_published_by_the_next_attempt() {
    let stage = VideoStage::start(96).await;
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 30}));
    let first = stage.publish_until("wait for the upload", stage.config("first")).await;
    first.assert_stopped();
    stage.phone.arm(&json!({"fault": "slow_upload", "seconds": 1}));
    let second = stage.publish_after(&first, stage.config("first")).await;
    second.assert_completed_with("published, and seen on the profile");
    assert_eq!(stage.phone.account().posts().len(), 1);
    stage.phone.assert_clean().await;
}

#[tokio::test]
async fn the_mark_of_another_account_is_left_to_a_person() {
    let stage = VideoStage::start(97).await;
    let first = stage.publish_until("tap Post", stage.config("once")).await;
    let mut mark = first.mark().unwrap_or_else(|| json!({"caption": {"title": "", "description": "once"}}));
    mark["before"] = json!({"captions": [], "total": 0, "account": "@another"});
    let posts = stage.phone.account().posts().len();
    let second = stage.phone.run(stage.run(stage.config("once")).marked(mark)).await;
    second.assert_failed_permanently("unconfirmed");
    assert_eq!(stage.phone.account().posts().len(), posts);
}
