//! Operations that wait together are committed together, fail alone, and recover from a database that is full or read-only.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use super::*;
use crate::database::url::sqlite_file::SqliteFile;
use crate::error::Fault;

struct Fixture {
    writer: WriteQueue,
    url: DatabaseUrl,
    changes: Arc<AtomicUsize>,
    _folder: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let url = DatabaseUrl::Sqlite(SqliteFile::named(folder.path().join("tasks.db")));
        let table = "CREATE TABLE kept (text TEXT PRIMARY KEY); CREATE TABLE server (id TEXT)";
        url.connect().unwrap().batch_execute(table).unwrap();
        let changes = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&changes);
        let on_change = move || {
            counter.fetch_add(1, Ordering::SeqCst);
        };
        let writer = WriteQueue::open(&url, &Arc::default(), on_change).unwrap();
        Self { writer, url, changes, _folder: folder }
    }

    /// Queues `sql` now; the answer comes later.
    fn push_sql(&self, sql: &'static str) -> oneshot::Receiver<Result<(), StorageError>> {
        self.push(move |connection| Ok(connection.batch_execute(sql)?))
    }

    fn push(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<(), Fault> + Send + 'static,
    ) -> oneshot::Receiver<Result<(), StorageError>> {
        self.writer.push("test", work)
    }

    /// Keeps the writer busy until the returned end is dropped, so that all others wait together.
    fn hold(&self) -> Sender<()> {
        let (release, held) = channel();
        let (begun, begins) = channel();
        drop(self.push(move |_| {
            begun.send(()).unwrap();
            let _ = held.recv();
            Ok(())
        }));
        begins.recv().unwrap();
        release
    }

    fn kept(&self) -> Vec<String> {
        use diesel::prelude::*;
        use diesel::sql_types::Text;

        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            text: String,
        }
        let mut connection = self.url.connect().unwrap();
        let query = diesel::sql_query("SELECT text FROM kept ORDER BY text");
        query.load(&mut connection).unwrap().into_iter().map(|row: Row| row.text).collect()
    }
}

#[tokio::test]
async fn what_waits_together_is_committed_together_and_fails_alone() {
    let fixture = Fixture::new();
    let release = fixture.hold();
    let one = fixture.push_sql("INSERT INTO kept VALUES ('one')");
    let again = fixture.push_sql("INSERT INTO kept VALUES ('half'); INSERT INTO kept VALUES ('one')");
    let refused = fixture.push(|connection| {
        connection.batch_execute("INSERT INTO kept VALUES ('refused')")?;
        Err(StorageError::NoSuchTask(tikmatrix_domain::TaskId(1)).into())
    });
    let two = fixture.push_sql("INSERT INTO kept VALUES ('two')");
    drop(release);
    one.await.unwrap().unwrap();
    assert!(!again.await.unwrap().unwrap_err().is_transient());
    assert!(matches!(refused.await.unwrap(), Err(StorageError::NoSuchTask(_))));
    two.await.unwrap().unwrap();
    assert_eq!(fixture.kept(), ["one", "two"]);
    assert_eq!(fixture.changes.load(Ordering::SeqCst), 1, "one commit for all of them");
}

#[tokio::test]
async fn what_is_refused_alone_is_undone_and_notified_to_no_one() {
    let fixture = Fixture::new();
    for _ in 0..2 {
        let refused = fixture.push(|connection| {
            connection.batch_execute("INSERT INTO kept VALUES ('refused')")?;
            Err(StorageError::NoSuchTask(tikmatrix_domain::TaskId(1)).into())
        });
        assert!(matches!(refused.await.unwrap(), Err(StorageError::NoSuchTask(_))));
        let broken = fixture.push_sql("INSERT INTO kept VALUES ('half'); INSERT INTO kept VALUES ('half')");
        assert!(!broken.await.unwrap().unwrap_err().is_transient());
        assert_eq!((fixture.kept(), fixture.changes.load(Ordering::SeqCst)), (Vec::new(), 0));
    }
    fixture.push_sql("SELECT * FROM kept").await.unwrap().unwrap();
    assert_eq!(fixture.changes.load(Ordering::SeqCst), 0, "what was undone is no change of the next one");
    fixture.push_sql("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
    assert_eq!((fixture.kept(), fixture.changes.load(Ordering::SeqCst)), (vec!["after".to_owned()], 1));
}

#[tokio::test]
async fn a_full_disk_loses_the_group_whole_and_passes() {
    let fixture = Fixture::new();
    let release = fixture.hold();
    let before = fixture.push_sql("INSERT INTO kept VALUES ('before')");
    let full = fixture.push_sql(
        "PRAGMA max_page_count = 1; WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
         INSERT INTO kept SELECT hex(randomblob(1000)) FROM n",
    );
    drop(release);
    for answer in [before, full] {
        let error = answer.await.unwrap().unwrap_err();
        assert!(error.is_transient() && error.to_string().contains("full"), "{error}");
    }
    assert_eq!(fixture.kept(), Vec::<String>::new());
    fixture.push_sql("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
    assert_eq!(fixture.kept(), ["after"]);
}

#[tokio::test]
async fn a_database_that_was_read_only_is_written_again() {
    let fixture = Fixture::new();
    let refused = fixture.push_sql("PRAGMA query_only = ON; INSERT INTO kept VALUES ('lost')");
    assert!(refused.await.unwrap().unwrap_err().is_transient());
    fixture.push_sql("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
    assert_eq!(fixture.kept(), ["after"]);
}

#[tokio::test]
async fn an_operation_that_panics_is_cut_off_and_no_other_after_it() {
    let fixture = Fixture::new();
    let broken = fixture.push(|_| panic!("made on purpose"));
    assert!(broken.await.is_err());
    fixture.push_sql("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
    assert_eq!(fixture.kept(), ["after"]);
}

#[tokio::test]
async fn a_commit_is_notified_when_it_wrote_a_tracked_table() {
    let fixture = Fixture::new();
    for (sql, notified) in [
        ("INSERT INTO server VALUES ('a')", 0),
        ("INSERT INTO kept VALUES ('a'), ('b')", 1),
        ("UPDATE kept SET text = 'c' WHERE text = 'a'", 2),
        ("SELECT * FROM kept", 2),
        ("DELETE FROM kept", 3),
        ("DELETE FROM kept", 3),
    ] {
        fixture.push_sql(sql).await.unwrap().unwrap();
        assert_eq!(fixture.changes.load(Ordering::SeqCst), notified, "{sql}");
    }
}

#[tokio::test]
async fn dropping_the_queue_waits_for_all_that_was_queued() {
    let fixture = Fixture::new();
    let release = fixture.hold();
    let answer = fixture.push_sql("INSERT INTO kept VALUES ('late')");
    drop(answer);
    drop(release);
    let Fixture { writer, url, _folder, .. } = fixture;
    drop(writer);
    let kept = diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT COUNT(*) FROM kept");
    let count: i64 = diesel::RunQueryDsl::get_result(kept, &mut url.connect().unwrap()).unwrap();
    assert_eq!(count, 1);
}
