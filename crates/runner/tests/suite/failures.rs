//! Scripts that fail or panic, phones that go away, and tasks that cannot be run.

use std::collections::BTreeMap;

use serde_json::json;
use tikmatrix_domain::{NewTask, Outcome, ScriptName, Status, TaskState};

use crate::{Fixture, end_of, phone, task, tell};

#[tokio::test]
async fn a_failure_becomes_the_tasks_remark() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let config = json!({ "act": "fail", "word": "the file C:/Videos/video1.mp4 does not exist" });
    let ids = fixture.create(vec![task("a", &config)]).await;
    fixture.settled(&runner, "a").await;
    let detail = fixture.task(ids[0]).await;
    let wanted = (Outcome::Failed, "the file C:/Videos/video1.mp4 does not exist".to_owned());
    assert_eq!(end_of(&detail.task), wanted);
    assert_eq!(detail.attempts[0].finish.as_ref().unwrap().remark, wanted.1);
}

#[tokio::test]
async fn a_panic_fails_its_task_and_the_phone_goes_on() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let ids =
        fixture.create(vec![task("a", &json!({ "act": "panic", "word": "index out of bounds" }))]).await;
    fixture.settled(&runner, "a").await;
    let (outcome, remark) = end_of(&fixture.task(ids[0]).await.task);
    assert_eq!(outcome, Outcome::Failed);
    assert!(remark.contains("index out of bounds") && remark.contains("break off"), "{remark}");
}

#[tokio::test]
async fn a_task_that_this_server_cannot_run_reports_why() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let unknown = NewTask { script: ScriptName::new("juggle").unwrap(), ..tell("a", "") };
    let broken = NewTask { script_config: "{".into(), ..tell("a", "") };
    let ids = fixture.create(vec![unknown, broken]).await;
    fixture.settled(&runner, "a").await;
    for (id, named) in [(ids[0], "juggle"), (ids[1], "script_config")] {
        let (outcome, remark) = end_of(&fixture.task(id).await.task);
        assert_eq!(outcome, Outcome::Failed);
        assert!(remark.contains(named), "{remark}");
    }
}

#[tokio::test]
async fn each_failure_has_a_code_with_its_task_and_its_attempt_and_is_counted_by_it() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let acts = ["fail", "fail for now", "unconfirmed", "panic", "fail with a code", "tell"];
    let tasks = acts.map(|act| task("a", &json!({ "act": act, "word": act })));
    let unknown = NewTask { script: ScriptName::new("juggle").unwrap(), ..tell("a", "") };
    let broken = NewTask { script_config: "{".into(), ..tell("a", "") };
    let ids = fixture.create(tasks.into_iter().chain([unknown, broken]).collect()).await;
    fixture.settled(&runner, "a").await;
    let wanted = [
        Some("material_missing"),
        Some("app_changed"),
        Some("unconfirmed"),
        Some("internal"),
        Some("script:broken"),
        None,
        Some("option_unavailable"),
        Some("internal"),
    ];
    for (id, wanted) in ids.into_iter().zip(wanted) {
        let detail = fixture.task(id).await;
        let TaskState::Finished { finish, .. } = &detail.task.state else { panic!("{detail:?}") };
        assert_eq!(finish.failure_code.map(|code| code.to_string()).as_deref(), wanted);
        assert_eq!(detail.attempts[0].finish.as_ref(), Some(finish));
    }
    let counted = runner.failed_attempts().into_iter().map(|(code, count)| (code.to_string(), count));
    let counted: BTreeMap<String, u64> = counted.collect();
    let each = wanted.into_iter().flatten().map(|code| (code.to_owned(), 1));
    let mut each: BTreeMap<String, u64> = each.collect();
    each.insert("internal".to_owned(), 2);
    assert_eq!(counted, each);
}

#[tokio::test]
async fn a_phone_that_goes_away_fails_one_task_and_keeps_the_others_for_its_return() {
    let fixture = Fixture::new();
    let (a, adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let first = task("a", &json!({ "act": "until gone", "word": "at work" }));
    let next = task("a", &json!({ "act": "use the phone", "word": "used" }));
    let ids = fixture.create(vec![first, next.clone(), next]).await;
    runner.wake();
    fixture.stage.heard("at work").await;
    adbd.hang_up();
    // The registry notices late: until then the next tasks could be run on the broken connection.
    while fixture.task(ids[0]).await.task.state.status() == Status::Running {
        tokio::task::yield_now().await;
    }
    let (returned, _adbd) = phone("a").await;
    fixture.ready(&[&returned]);
    fixture.settled(&runner, "a").await;
    let (outcome, remark) = end_of(&fixture.task(ids[0]).await.task);
    assert_eq!(outcome, Outcome::Failed);
    assert!(remark.contains("phone a") && remark.contains("connection was lost"), "{remark}");
    for id in &ids[1..] {
        let detail = fixture.task(*id).await;
        assert_eq!((detail.task.state.status(), detail.attempts.len()), (Status::Completed, 1));
    }
}
