//! The audit: entries are kept as they were recorded, newest first, found by filters and by cursor, and only the newest
//! stay.

use tikmatrix_domain::{Actor, AuditEntry, AuditId, AuditRecord, AuditSubject, Role};
use tikmatrix_storage::{AuditFilter, AuditStore, Page, PageStart};

use crate::{Fixture, at};

fn by(actor: Actor, operation: &str, seconds: i64) -> AuditRecord {
    AuditRecord {
        at: at(seconds),
        actor,
        address: "192.0.2.7".parse().ok(),
        operation: operation.to_owned(),
        method: Some("POST".to_owned()),
        path: Some("/api/v1/task".to_owned()),
        subjects: vec![
            AuditSubject::numbered("task", vec![1, 2, 3, 9]),
            AuditSubject::named("device", "R5\t8"),
        ],
        changed: Some(4),
        result: Some((200, 0)),
    }
}

fn reader() -> Actor {
    Actor::Token { name: "reader".to_owned(), id: Some("0a".to_owned()), role: Role::Viewer }
}

async fn listed(fixture: &Fixture, filter: &AuditFilter, page: Page<AuditId>) -> (Vec<AuditEntry>, u64) {
    AuditStore::of(&fixture.store).list(filter.clone(), page).await.unwrap()
}

const ALL: Page<AuditId> = Page { start: PageStart::Number(1), size: 100 };

#[tokio::test]
async fn what_was_recorded_is_read_as_it_was_newest_first() {
    let fixture = Fixture::new();
    let of_file = Actor::Token { name: "token file, line 2".to_owned(), id: None, role: Role::Admin };
    let command = AuditRecord {
        address: None,
        method: None,
        path: None,
        subjects: Vec::new(),
        changed: None,
        result: None,
        ..by(Actor::CommandLine, "createToken", 3)
    };
    let records = [
        by(reader(), "createTasks", 1),
        by(Actor::Local, "stopTask", 2),
        by(of_file, "stopTask", 2),
        command,
    ];
    AuditStore::of(&fixture.store).record(&records[..2]).await.unwrap();
    AuditStore::of(&fixture.store).record(&records[2..]).await.unwrap();
    let fixture = fixture.reopen();
    let (entries, total) = listed(&fixture, &AuditFilter::default(), ALL).await;
    assert_eq!(total, 4);
    assert!(entries.is_sorted_by(|newer, older| newer.id > older.id), "{entries:?}");
    let read: Vec<AuditRecord> = entries.into_iter().rev().map(|entry| entry.record).collect();
    let kept = records.map(|mut record| {
        // A tab divides ids.
        record
            .subjects
            .iter_mut()
            .for_each(|it| it.ids.iter_mut().for_each(|id| *id = id.replace('\t', " ")));
        record
    });
    assert_eq!(read, kept);
}

#[tokio::test]
async fn filters_and_pages_find_the_entries_at_any_depth() {
    let fixture = Fixture::new();
    let records: Vec<AuditRecord> = (0..10)
        .map(|number| {
            let actor = if number % 2 == 0 { reader() } else { Actor::Local };
            by(actor, if number < 5 { "createTasks" } else { "stopTask" }, number)
        })
        .collect();
    AuditStore::of(&fixture.store).record(&records).await.unwrap();
    let seconds = |entries: &[AuditEntry]| -> Vec<i64> {
        entries.iter().map(|entry| (entry.record.at - at(0)).num_seconds()).collect()
    };
    let filter = |actor: Option<&str>, operation: Option<&str>, since, until| AuditFilter {
        actor: actor.map(str::to_owned),
        operation: operation.map(str::to_owned),
        since,
        until,
    };
    for (filter, found) in [
        (filter(Some("reader"), None, None, None), &[8, 6, 4, 2, 0][..]),
        (filter(Some("local"), Some("stopTask"), None, None), &[9, 7, 5]),
        (filter(None, None, Some(at(3)), Some(at(6))), &[5, 4, 3]),
        (filter(Some("another"), None, None, None), &[]),
    ] {
        let (entries, total) = listed(&fixture, &filter, ALL).await;
        assert_eq!((seconds(&entries), total), (found.to_vec(), found.len() as u64), "{filter:?}");
    }
    let filter = filter(Some("reader"), None, None, None);
    let (first, total) = listed(&fixture, &filter, Page { size: 2, ..ALL }).await;
    assert_eq!((seconds(&first), total), (vec![8, 6], 5));
    let next = Page { start: PageStart::Before(first[1].id), size: 2 };
    assert_eq!(seconds(&listed(&fixture, &filter, next).await.0), [4, 2]);
    let second = Page { start: PageStart::Number(2), size: 2 };
    assert_eq!(seconds(&listed(&fixture, &filter, second).await.0), [4, 2]);
}

#[tokio::test]
async fn only_the_newest_entries_stay_and_no_number_is_used_twice() {
    let fixture = Fixture::new();
    let records: Vec<AuditRecord> = (0..9).map(|number| by(Actor::Local, "stopTask", number)).collect();
    AuditStore::of(&fixture.store).record(&records).await.unwrap();
    AuditStore::of(&fixture.store).prune(4).await.unwrap();
    let (entries, total) = listed(&fixture, &AuditFilter::default(), ALL).await;
    assert_eq!((total, entries.last().unwrap().record.at), (4, at(5)));
    AuditStore::of(&fixture.store).prune(0).await.unwrap();
    AuditStore::of(&fixture.store).record(&records[..1]).await.unwrap();
    assert!(listed(&fixture, &AuditFilter::default(), ALL).await.0[0].id > entries[0].id);
}

#[tokio::test]
async fn the_audit_changes_no_answer_about_tasks() {
    let fixture = Fixture::new();
    let before = fixture.store.database().version().await.unwrap();
    AuditStore::of(&fixture.store).record(&[by(Actor::Local, "stopTask", 1)]).await.unwrap();
    assert_eq!(fixture.store.database().version().await.unwrap(), before);
}
