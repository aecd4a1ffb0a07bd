//! A further attempt at a task whose earlier one tapped the button, and whose server was killed before it had stored how
//! that ended: what was done is neither done again nor undone, and what was not done is done.

use serde_json::json;
use tikmatrix_script_testing::{FinishedRun, Run, Running, Stage};

use crate::runs::{follow, following, unfollow, unfollowing};

#[tokio::test]
async fn what_an_earlier_attempt_has_followed_completes_the_task_without_another_tap() {
    let stage = Stage::start(41).await;
    let first = follow(&stage, "sample_user_1").await;
    first.assert_completed_with("followed @sample_user_1, and seen on the profile");
    let taps_before = taps(&stage);
    let second = stage.run(following("sample_user_1").after(&first)).await;
    second.assert_completed_with("followed @sample_user_1 by an earlier attempt, and seen on the profile");
    assert_eq!(second.result(), Some(&json!({"label": "Following"})));
    assert_eq!((taps(&stage), stage.account().following()), (taps_before, vec!["sample_user_1".to_owned()]));
    stage.assert_clean().await;
}

#[tokio::test]
async fn what_an_earlier_attempt_has_unfollowed_completes_the_task_without_another_tap() {
    let stage = Stage::start(42).await;
    for name in ["sample_user_1", "sample_user_2"] {
        follow(&stage, name).await.assert_completed();
    }
    let first = unfollow(&stage, "sample_user_1").await;
    first.assert_completed_with("unfollowed @sample_user_1, and seen on the profile");
    let taps_before = taps(&stage);
    let second = stage.run(unfollowing("sample_user_1").after(&first)).await;
    second.assert_completed_with("unfollowed @sample_user_1 by an earlier attempt, and seen on the profile");
    assert_eq!(second.result(), Some(&json!({"label": "Follow"})));
    assert_eq!((taps(&stage), stage.account().following()), (taps_before, vec!["sample_user_2".to_owned()]));
    stage.assert_clean().await;
}

#[tokio::test]
async fn a_request_of_an_earlier_attempt_is_neither_withdrawn_nor_its_withdrawal_called_unfollowed() {
    let stage = Stage::start(43).await;
    let first = follow(&stage, "private_1").await;
    first.assert_completed_with("requested");
    let taps_before = taps(&stage);
    stage.run(following("private_1").after(&first)).await.assert_completed_with("requested");
    assert_eq!((taps(&stage), stage.account().requested()), (taps_before, vec!["private_1".to_owned()]));

    let first = unfollow(&stage, "private_1").await;
    first.assert_completed();
    let taps_before = taps(&stage);
    stage.run(unfollowing("private_1").after(&first)).await.assert_completed_with("not following");
    assert_eq!((taps(&stage), stage.account().requested()), (taps_before, vec![]));
}

#[tokio::test]
async fn what_an_earlier_attempt_has_not_done_is_done() {
    let stage = Stage::start(44).await;
    let first = run_until("tap Follow and see that it stays", following("sample_user_1"), &stage).await;
    assert_eq!(first.mark().unwrap()["action"], "follow");
    assert!(stage.account().following().is_empty());
    let second = stage.run(following("sample_user_1").after(&first)).await;
    second.assert_completed_with("followed @sample_user_1, and seen on the profile");
    assert_eq!(stage.account().following(), ["sample_user_1"]);

    let first = run_until("unfollow and see that it stays", unfollowing("sample_user_1"), &stage).await;
    assert_eq!(first.mark().unwrap()["action"], "unfollow");
    assert_eq!(stage.account().following(), ["sample_user_1"]);
    let second = stage.run(unfollowing("sample_user_1").after(&first)).await;
    second.assert_completed_with("unfollowed @sample_user_1, and seen on the profile");
    assert!(stage.account().following().is_empty());
    stage.assert_clean().await;
}

#[tokio::test]
async fn nothing_is_tapped_when_the_mark_cannot_be_stored() {
    let stage = Stage::start(45).await;
    for name in ["sample_user_1", "private_1"] {
        follow(&stage, name).await.assert_completed();
    }
    let taps_before = taps(&stage);
    for run in [following("sample_user_2"), unfollowing("sample_user_1"), unfollowing("private_1")] {
        let finished = stage.run(run.without_marks()).await;
        finished.assert_failed_transiently("internal");
        let remark = finished.remark();
        assert_eq!(remark, "what is about to be done on the phone cannot be recorded: the disk is full");
    }
    assert_eq!(taps(&stage), taps_before);
    assert_eq!(stage.account().following(), ["sample_user_1"]);
    assert_eq!(stage.account().requested(), ["private_1"]);
    stage.assert_clean().await;
}

#[tokio::test]
async fn an_attempt_that_ended_before_the_tap_leaves_no_mark() {
    let stage = Stage::start(46).await;
    let first = run_until("open the profile of @sample_user_1", following("sample_user_1"), &stage).await;
    assert_eq!(first.mark(), None);
    // Followed by hand, or by another task, in the meantime.
    follow(&stage, "sample_user_1").await.assert_completed();
    let second = stage.run(following("sample_user_1").after(&first)).await;
    second.assert_completed_with("already following");
}

/// Runs a script, and stops it as soon as this step begins.
async fn run_until(step: &str, run: Run, stage: &Stage) -> FinishedRun {
    let stop = async |running: Running| {
        running.step(step).await;
        running.stop();
    };
    let finished = stage.run_beside(run, stop).await;
    finished.assert_stopped();
    finished
}

/// Counts the taps on the phone's screen so far.
fn taps(stage: &Stage) -> usize {
    let commands = stage.virtual_phone().commands();
    commands.iter().filter(|words| words.starts_with(&["input".into(), "tap".into()])).count()
}
