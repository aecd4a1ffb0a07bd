//! Steps, progress, logs and artifacts of an attempt.

use tikmatrix_domain::{ArtifactKind, LogLevel, Outcome, Record, RecordedEvent};

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

#[tokio::test]
async fn what_an_attempt_reports_is_kept_in_one_order_across_kinds() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    let record = |seconds, event| Record { at: at(seconds), event };
    let first = vec![
        record(2, RecordedEvent::Step("push the video".to_owned())),
        record(3, RecordedEvent::Progress(10)),
        record(4, RecordedEvent::Log(LogLevel::Warn, "a popup was closed".to_owned())),
    ];
    let second = vec![
        record(5, RecordedEvent::Step("tap Post".to_owned())),
        record(6, RecordedEvent::Progress(60)),
        record(7, RecordedEvent::Artifact { kind: ArtifactKind::Screenshot, file: "1/1/s.png".to_owned() }),
        record(8, RecordedEvent::Progress(90)),
    ];
    fixture.store.attempts().record(id, lease("one"), first).await.unwrap();
    fixture.store.attempts().record(id, lease("one"), second).await.unwrap();
    fixture.store.attempts().record(id, lease("one"), Vec::new()).await.unwrap();

    let detail = fixture.store.tasks().find(id).await.unwrap().unwrap();
    let shown = (detail.task.step.as_deref(), detail.task.progress, detail.task.updated_at);
    assert_eq!(shown, (Some("tap Post"), 90, at(8)));
    let steps: Vec<(u32, u32, &str)> =
        detail.steps.iter().map(|step| (step.attempt, step.number, step.text.as_str())).collect();
    assert_eq!(steps, [(1, 1, "push the video"), (1, 3, "tap Post")]);
    assert_eq!((detail.artifacts[0].number, detail.artifacts[0].file.as_str()), (4, "1/1/s.png"));
    let log = fixture.store.tasks().log(id).await.unwrap();
    assert_eq!(
        (log[0].number, log[0].level, log[0].text.as_str()),
        (2, LogLevel::Warn, "a popup was closed")
    );
}

#[tokio::test]
async fn any_text_comes_back_letter_for_letter() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    let text = "\"; DROP TABLE task; -- %s \\n $(id) `id` 👩‍👩‍👧‍👦 שלום \u{200f}";
    let step = Record { at: at(2), event: RecordedEvent::Step(text.to_owned()) };
    fixture.store.attempts().record(id, lease("one"), vec![step]).await.unwrap();
    assert_eq!(fixture.store.tasks().find(id).await.unwrap().unwrap().steps[0].text, text);
}

#[tokio::test]
async fn a_zero_character_costs_no_text_and_no_result() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    let said = |event| Record { at: at(2), event };
    let step = said(RecordedEvent::Step("tap\0Post".to_owned()));
    let line = said(RecordedEvent::Log(LogLevel::Info, "so\0".to_owned()));
    fixture.store.attempts().record(id, lease("one"), vec![step, line]).await.unwrap();
    fixture.store.attempts().finish(id, lease("one"), finish(Outcome::Failed, "no\0way", 3)).await.unwrap();
    let detail = fixture.store.tasks().find(id).await.unwrap().unwrap();
    assert_eq!(
        (detail.steps[0].text.as_str(), detail.task.step.as_deref()),
        ("tap\u{fffd}Post", Some("tap\u{fffd}Post"))
    );
    assert_eq!(detail.attempts[0].finish.as_ref().unwrap().remark, "no\u{fffd}way");
    assert_eq!(fixture.store.tasks().log(id).await.unwrap()[0].text, "so\u{fffd}");
}

#[tokio::test]
async fn the_version_of_the_app_is_kept_with_the_attempt_the_task_and_the_phone() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("a")]).await;
    assert_eq!(fixture.store.tasks().find(ids[0]).await.unwrap().unwrap().task.app_version, None);
    for (id, name, version) in [(ids[0], "one", "43.1.4"), (ids[1], "two", "46.6\0.3")] {
        claim_task(&fixture.store, serial("a"), lease(name), at(1)).await.unwrap();
        let found = Record { at: at(2), event: RecordedEvent::AppVersion(version.to_owned()) };
        fixture.store.attempts().record(id, lease(name), vec![found]).await.unwrap();
        fixture.store.attempts().finish(id, lease(name), finish(Outcome::Succeeded, "", 3)).await.unwrap();
    }
    let detail = fixture.store.tasks().find(ids[0]).await.unwrap().unwrap();
    assert_eq!(detail.task.app_version.as_deref(), Some("43.1.4"));
    assert_eq!(detail.attempts[0].app_version.as_deref(), Some("43.1.4"));
    let device = fixture.store.devices().find(serial("a")).await.unwrap().unwrap();
    let versions: Vec<(&str, &str)> =
        device.app_versions.iter().map(|(app, version)| (app.as_str(), version.as_str())).collect();
    assert_eq!(versions, [("tiktok", "46.6\u{fffd}.3")], "that of the last attempt");
    assert_eq!(fixture.store.devices().list().await.unwrap(), [device]);
    fixture.store.devices().delete(serial("a")).await.unwrap();
    assert_eq!(fixture.store.devices().find(serial("a")).await.unwrap(), None);
}
