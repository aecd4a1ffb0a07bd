//! Events: each change is recorded once, in one order that can be read on from any position.

use tikmatrix_domain::{
    ArtifactKind, Event, EventId, EventKind, EventSubject, Outcome, Record, RecordedEvent, TaskChange, TaskId,
};
use tikmatrix_storage::{EventFilter, Events};

use crate::{Fixture, at, claim_task, code_of, finish, for_phone, lease, serial};

async fn after(
    fixture: &Fixture,
    position: EventId,
    filter: EventFilter,
    most: u32,
) -> (Vec<Event>, EventId) {
    match fixture.store.events().after(position, filter, most).await.unwrap() {
        Events::Next { events, read_to } => (events, read_to),
        forgotten @ Events::Pruned { .. } => panic!("{forgotten:?} after {position:?}"),
    }
}

async fn all(fixture: &Fixture) -> Vec<Event> {
    after(fixture, EventId(0), EventFilter::default(), 10_000).await.0
}

/// A task, an attempt, and what happened to it.
fn change(event: &Event) -> (TaskId, u32, TaskChange) {
    match &event.subject {
        EventSubject::Task { task, attempt, change } => (*task, *attempt, change.clone()),
        device @ EventSubject::Device { .. } => panic!("{device:?}"),
    }
}

/// Everything that can happen to a task, once.
async fn live(fixture: &Fixture) -> TaskId {
    let store = &fixture.store;
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim_task(store, serial("a"), lease("one"), at(1)).await.unwrap();
    let records = vec![
        Record { at: at(2), event: RecordedEvent::Step("tap\0Post".to_owned()) },
        Record {
            at: at(2),
            event: RecordedEvent::Artifact { kind: ArtifactKind::UiTree, file: "t".to_owned() },
        },
        Record { at: at(3), event: RecordedEvent::Progress(40) },
    ];
    store.attempts().record(id, lease("one"), records).await.unwrap();
    store
        .attempts()
        .postpone(id, lease("one"), finish(Outcome::Failed, "no network", 4), at(5))
        .await
        .unwrap();
    claim_task(store, serial("a"), lease("two"), at(6)).await.unwrap();
    store.attempts().release(id, lease("two"), at(7)).await.unwrap();
    claim_task(store, serial("a"), lease("three"), at(8)).await.unwrap();
    store.attempts().finish(id, lease("three"), finish(Outcome::Stopped, "by hand", 9)).await.unwrap();
    store.task_changes().retry(id, at(10)).await.unwrap();
    store.task_changes().delete(vec![id], at(11)).await.unwrap();
    id
}

#[tokio::test]
async fn everything_that_happens_to_a_task_is_recorded_once_and_outlives_it() {
    let fixture = Fixture::new();
    let id = live(&fixture).await;
    let fixture = fixture.reopen();
    let events = all(&fixture).await;
    let recorded: Vec<_> = events.iter().map(change).collect();
    let stopped = TaskChange::Finished {
        outcome: Outcome::Stopped,
        failure_code: code_of(Outcome::Stopped),
        remark: "by hand".to_owned(),
    };
    let postponed = TaskChange::Postponed {
        failure_code: code_of(Outcome::Failed),
        remark: "no network".to_owned(),
        until: at(5),
    };
    let wanted = [
        (0, TaskChange::Created),
        (1, TaskChange::Started),
        (1, TaskChange::Step("tap\u{fffd}Post".to_owned())),
        (1, TaskChange::Progress(40)),
        (1, postponed),
        (2, TaskChange::Started),
        (2, TaskChange::Released),
        (2, TaskChange::Started),
        (2, stopped),
        (2, TaskChange::Retried),
        (2, TaskChange::Deleted),
    ];
    assert_eq!(recorded, wanted.map(|(attempt, change)| (id, attempt, change)));
    let moments: Vec<_> = events.iter().map(|event| event.at).collect();
    assert_eq!(moments, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11].map(at));
    assert!(events.iter().all(|event| event.serial == Some(serial("a"))), "{events:?}");
    assert!(events.windows(2).all(|pair| pair[0].id < pair[1].id), "{events:?}");
}

#[tokio::test]
async fn reading_on_from_any_position_in_any_steps_misses_and_repeats_nothing() {
    let fixture = Fixture::new();
    live(&fixture).await;
    let ids: Vec<EventId> = all(&fixture).await.iter().map(|event| event.id).collect();
    for begun in 0..=ids.len() {
        for most in [1, 2, 3, 100] {
            let mut position = begun.checked_sub(1).map_or(EventId(0), |before| ids[before]);
            let mut met = Vec::new();
            loop {
                let (events, read_to) = after(&fixture, position, EventFilter::default(), most).await;
                assert!(events.len() <= most as usize);
                if events.is_empty() {
                    break;
                }
                met.extend(events.iter().map(|event| event.id));
                position = read_to;
            }
            assert_eq!(met, ids[begun..], "from {begun} by {most}");
        }
    }
}

#[tokio::test]
async fn a_filter_lets_through_what_it_names_and_reads_on_past_the_rest() {
    let fixture = Fixture::new();
    let other = fixture.create(vec![for_phone("b")]).await[0];
    let id = live(&fixture).await;
    let newest = fixture.store.events().newest().await.unwrap();
    let none = EventFilter::default;
    for (filter, count) in [
        (EventFilter { task: Some(other), ..none() }, 1),
        (EventFilter { task: Some(id), ..none() }, 11),
        (EventFilter { serial: Some(serial("b")), ..none() }, 1),
        (EventFilter { kinds: vec![EventKind::TaskStep, EventKind::TaskStarted], ..none() }, 4),
        (EventFilter { task: Some(other), kinds: vec![EventKind::TaskStep], ..none() }, 0),
    ] {
        let (events, read_to) = after(&fixture, EventId(0), filter.clone(), 100).await;
        assert_eq!((events.len(), read_to), (count, newest), "{filter:?}");
    }
}

#[tokio::test]
async fn many_tasks_are_recorded_of_one_by_one() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("b"), for_phone("a")]).await;
    for name in ["one", "two"] {
        let task = claim_task(&fixture.store, serial("a"), lease(name), at(1)).await.unwrap();
        fixture.store.attempts().finish(task.id, lease(name), finish(Outcome::Failed, "", 2)).await.unwrap();
    }
    fixture.store.task_changes().retry_all(at(3)).await.unwrap();
    let of = |events: &[Event], kind| -> Vec<(TaskId, Option<String>)> {
        let events = events.iter().filter(|event| event.subject.kind() == kind);
        events.map(|event| (change(event).0, event.serial.as_ref().map(ToString::to_string))).collect()
    };
    let events = all(&fixture).await;
    let phone = |name: &str| Some(name.to_owned());
    let created = [(ids[0], phone("a")), (ids[1], phone("b")), (ids[2], phone("a"))];
    assert_eq!(of(&events, EventKind::TaskCreated), created);
    assert_eq!(of(&events, EventKind::TaskRetried), [(ids[0], phone("a")), (ids[2], phone("a"))]);
}

#[tokio::test]
async fn what_is_forgotten_is_said_to_be_and_the_rest_reads_on() {
    let fixture = Fixture::new();
    let ids: Vec<EventId> = {
        live(&fixture).await;
        all(&fixture).await.iter().map(|event| event.id).collect()
    };
    let newest = ids[ids.len() - 1];
    fixture.store.events().prune(100).await.unwrap();
    assert_eq!(all(&fixture).await.len(), ids.len(), "fewer than are kept");
    fixture.store.events().prune(3).await.unwrap();
    let next =
        async |position| fixture.store.events().after(position, EventFilter::default(), 10).await.unwrap();
    for lost in [EventId(0), ids[0], ids[ids.len() - 5], EventId(newest.0 + 1), EventId(i64::MAX)] {
        assert_eq!(next(lost).await, Events::Pruned { newest }, "{lost:?}");
    }
    let kept = ids[ids.len() - 4];
    assert_eq!(after(&fixture, kept, EventFilter::default(), 10).await.0.len(), 3);
    assert_eq!(after(&fixture, newest, EventFilter::default(), 10).await, (Vec::new(), newest));
    fixture.create(vec![for_phone("a")]).await;
    assert!(fixture.store.events().newest().await.unwrap() > newest, "no position is given twice");
}

#[tokio::test]
async fn what_did_not_happen_is_not_recorded() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    let newest = fixture.store.events().newest().await.unwrap();
    fixture.store.attempts().finish(id, lease("none"), finish(Outcome::Failed, "", 1)).await.unwrap_err();
    fixture.store.task_changes().retry(id, at(1)).await.unwrap_err();
    let step = Record { at: at(1), event: RecordedEvent::Step("never".to_owned()) };
    fixture.store.attempts().record(id, lease("none"), vec![step]).await.unwrap_err();
    assert_eq!(fixture.store.events().newest().await.unwrap(), newest);
}

#[tokio::test]
async fn a_subscriber_is_notified_of_a_change_and_of_a_device() {
    let fixture = Fixture::new();
    let mut changes = fixture.store.database().change_notifications();
    fixture.create(vec![for_phone("a")]).await;
    changes.changed().await;
    let reason = Some("it is switched off".to_owned());
    let subject =
        EventSubject::Device { address: "10.0.0.9:5555".to_owned(), state: "absent".to_owned(), reason };
    fixture.store.events().record_device_event(None, subject.clone(), None, at(1)).await.unwrap();
    changes.changed().await;
    let last = all(&fixture).await.pop().unwrap();
    assert_eq!((last.subject, last.serial, last.at), (subject, None, at(1)));
}
