//! A snapshot is one state of a database, and restored into an empty one of either engine it is the same database.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use tikmatrix_domain::{AccessToken, AppId, Role, SettingsChange, TaskId, TokenName, Username};
use tikmatrix_storage::{DatabaseLocation, HeldSnapshot, Restoration, Snapshot, SnapshotError, Store};

use crate::database::test_database::{TestDatabase, is_postgres};
use crate::materials::library::video;
use crate::{Fixture, at, claim_task, for_phone, lease, request_for, serial};

/// The rows of each table, in any order that is always the same.
type Rows = BTreeMap<String, Vec<String>>;

fn take(url: &str) -> Snapshot {
    HeldSnapshot::take(DatabaseLocation::Url(url)).unwrap().release().unwrap()
}

fn rows(snapshot: &mut Snapshot) -> Rows {
    let mut all = Rows::new();
    for table in snapshot.tables().to_vec() {
        let rows = all.entry(table.name.clone()).or_default();
        snapshot
            .rows(&table, &mut |row| {
                rows.push(row);
                ControlFlow::Continue(())
            })
            .unwrap();
        rows.sort();
    }
    all
}

fn insert(restoration: &mut Restoration, rows: &Rows) -> Result<(), SnapshotError> {
    for table in restoration.tables().to_vec() {
        restoration.insert(&table, &format!("[{}]", rows[&table.name].join(",")))?;
    }
    Ok(())
}

fn restore(snapshot: &mut Snapshot, url: &str) -> Result<(), SnapshotError> {
    let mut restoration = Restoration::begin(DatabaseLocation::Url(url), snapshot.version())?;
    insert(&mut restoration, &rows(snapshot))?;
    restoration.complete(&snapshot.numbers()?)?;
    restoration.commit()
}

/// A database with rows in most tables, of every type that a column has.
async fn filled() -> Fixture {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let ids = fixture.create(vec![for_phone("a"), for_phone("a"), for_phone("b")]).await;
    claim_task(store, serial("a"), lease("1"), at(1)).await.unwrap();
    store.task_changes().delete(vec![ids[2]], at(2)).await.unwrap();
    let name = || Username::new("maker").unwrap();
    fixture.bind(name(), AppId::new("tiktok").unwrap(), "a", 1).await;
    let tagged =
        vec![video("näh \"quoted\"\n\u{1}機.mp4", &["x", "y"], Some("maker")), video("b", &[], None)];
    let added = store.materials().add(tagged, at(2)).await.unwrap();
    store.materials().delete(added[1].material.id).await.unwrap();
    let token = AccessToken {
        id: "0a".to_owned(),
        name: TokenName::new("one").unwrap(),
        role: Role::Operator,
        hash: std::array::from_fn(|index| u8::try_from(index * 8).unwrap()),
        created_at: at(0),
        expires_at: Some(at(9)),
        rotated_at: None,
        last_used_at: None,
    };
    store.tokens().create(token).await.unwrap();
    store.settings().change(SettingsChange { paused: Some(true), ..Default::default() }).await.unwrap();
    fixture
}

/// Empty databases of each engine that this run of the suite has.
fn empty_databases() -> Vec<TestDatabase> {
    let file = TestDatabase::Sqlite(tempfile::TempDir::new().unwrap());
    if is_postgres() { vec![TestDatabase::empty(), file] } else { vec![file] }
}

#[tokio::test]
async fn a_restored_database_has_every_row_on_either_engine() {
    let fixture = filled().await;
    let mut snapshot = take(&fixture.database.url());
    let saved = rows(&mut snapshot);
    assert!(saved["task"].len() == 2 && saved["access_token"].len() == 1 && saved["account"].len() == 1);
    for database in empty_databases() {
        restore(&mut snapshot, &database.url()).unwrap();
        let mut again = take(&database.url());
        assert_eq!(rows(&mut again), saved);
        // What PostgreSQL has no number for is continued otherwise.
        let mut numbers = snapshot.numbers().unwrap();
        let restored = again.numbers().unwrap();
        numbers.retain(|table, number| *number > 0 && restored.contains_key(table));
        for (table, number) in numbers {
            assert_eq!(restored[&table], number, "{table}");
        }
        goes_on(&database.url()).await;
    }
}

/// A server works on a restored database as on any other: counts follow the changes, and no number is given out again.
async fn goes_on(url: &str) {
    let store = Store::open_url(url).unwrap();
    let count = || async { store.tasks().stats().await.unwrap().total() };
    assert_eq!(count().await, 2);
    let made = store.queue().create(request_for(for_phone("c")), at(9)).await.unwrap();
    assert_eq!(made.tasks, [TaskId(4)], "3 was deleted");
    assert_eq!(count().await, 3);
    let added = store.materials().add(vec![video("c", &[], None)], at(9)).await.unwrap();
    assert_eq!(added[0].material.id.0, 3, "2 was deleted");
    assert!(store.settings().load().await.unwrap().paused);
}

#[tokio::test]
async fn what_is_written_while_a_snapshot_is_held_waits_and_is_not_in_it() {
    let fixture = filled().await;
    let mut held = HeldSnapshot::take(DatabaseLocation::Url(&fixture.database.url())).unwrap();
    let files = held.files().unwrap();
    let store = fixture.store.clone();
    let writing =
        tokio::spawn(async move { store.materials().add(vec![video("late", &[], None)], at(9)).await });
    assert_eq!(held.files().unwrap(), files);
    let mut snapshot = held.release().unwrap();
    writing.await.unwrap().unwrap();
    assert_eq!(rows(&mut snapshot)["material"].len(), 1);
    assert_eq!(rows(&mut take(&fixture.database.url()))["material"].len(), 2);
}

#[tokio::test]
async fn a_database_that_holds_tables_is_refused_and_stays_as_it_is() {
    let fixture = filled().await;
    let url = fixture.database.url();
    let mut snapshot = take(&url);
    let saved = rows(&mut snapshot);
    let refused = restore(&mut snapshot, &url).unwrap_err();
    assert!(matches!(refused, SnapshotError::NotEmpty { servers: false, .. }), "{refused}");
    assert!(refused.to_string().contains("--database-url"), "{refused}");
    drop(refused);
    assert_eq!(rows(&mut take(&url)), saved);
}

#[tokio::test]
async fn rows_that_do_not_fit_leave_the_database_empty() {
    let mut snapshot = take(&filled().await.database.url());
    let good = rows(&mut snapshot);
    for database in empty_databases() {
        let (url, version) = (database.url(), snapshot.version().to_owned());
        for (table, broken) in [
            ("task", "no JSON"),
            ("task", "{}"),
            ("account", "7"),
            ("task_interval", "{\"task_id\": 99, \"request\": 1, \"gap\": 1}"),
        ] {
            let mut rows = good.clone();
            rows.insert(table.to_owned(), vec![broken.to_owned()]);
            let mut restoration = Restoration::begin(DatabaseLocation::Url(&url), &version).unwrap();
            let refused = insert(&mut restoration, &rows).unwrap_err();
            assert!(matches!(&refused, SnapshotError::Rows { table: at, .. } if at == table), "{refused}");
        }
        restore(&mut snapshot, &url).unwrap();
    }
}

#[tokio::test]
async fn rows_of_an_earlier_version_are_migrated_and_those_of_a_later_one_refused() {
    for database in empty_databases() {
        let url = database.url();
        let begin = |version| Restoration::begin(DatabaseLocation::Url(&url), version);
        let refused = begin("99991231000000").err().unwrap();
        assert!(matches!(refused, SnapshotError::Newer { .. }), "{refused}");
        for unknown in ["", "20261123000001", "x'; DROP TABLE task"] {
            let refused = begin(unknown).err().unwrap();
            assert!(matches!(refused, SnapshotError::UnknownVersion), "{unknown}: {refused}");
        }
        let mut restoration = begin("20261123220000").unwrap();
        let settings = restoration.tables().iter().find(|table| table.name == "setting").unwrap().clone();
        restoration.insert(&settings, r#"[{"name": "paused", "value": "true"}]"#).unwrap();
        restoration.complete(&BTreeMap::new()).unwrap();
        restoration.commit().unwrap();
        assert!(Store::open_url(&url).unwrap().settings().load().await.unwrap().paused);
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.db");
    let refused = HeldSnapshot::take(DatabaseLocation::File(&path)).err().unwrap();
    assert!(refused.to_string().contains("there is no such file"), "{refused}");
    assert!(!path.exists());
}
