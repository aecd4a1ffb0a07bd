//! What waits together is committed together, fails alone, and survives a database that is full or read-only.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use super::*;
use crate::error::Fault;

struct Fixture {
    writer: Arc<WriteQueue>,
    address: DatabaseUrl,
    commits: Arc<AtomicUsize>,
    _folder: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let address = DatabaseUrl::Sqlite(folder.path().join("tasks.db"));
        let mut connection = address.connect().unwrap();
        connection.batch_execute("CREATE TABLE kept (text TEXT PRIMARY KEY)").unwrap();
        let commits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&commits);
        let committed = move || {
            counted.fetch_add(1, Ordering::SeqCst);
        };
        let writer = Arc::new(WriteQueue::new(address.clone(), connection, committed));
        Self { writer, address, commits, _folder: folder }
    }

    /// Asks for `sql` now; the answer comes later.
    fn ask(&self, sql: &'static str) -> oneshot::Receiver<Result<(), StorageError>> {
        self.ask_for(move |connection| Ok(connection.batch_execute(sql)?))
    }

    fn ask_for(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<(), Fault> + Send + 'static,
    ) -> oneshot::Receiver<Result<(), StorageError>> {
        self.writer.ask("test", Effect::Listed, work)
    }

    /// Keeps the writer busy until the returned end is dropped, so that everyone else waits together.
    fn hold(&self) -> Sender<()> {
        let (release, held) = channel();
        let (begun, begins) = channel();
        drop(self.ask_for(move |_| {
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
        struct Line {
            #[diesel(sql_type = Text)]
            text: String,
        }
        let mut connection = self.address.connect().unwrap();
        let query = diesel::sql_query("SELECT text FROM kept ORDER BY text");
        query.load(&mut connection).unwrap().into_iter().map(|line: Line| line.text).collect()
    }
}

#[tokio::test]
async fn what_waits_together_is_committed_together_and_fails_alone() {
    let fixture = Fixture::new();
    let release = fixture.hold();
    let one = fixture.ask("INSERT INTO kept VALUES ('one')");
    let again = fixture.ask("INSERT INTO kept VALUES ('half'); INSERT INTO kept VALUES ('one')");
    let refused = fixture.ask_for(|connection| {
        connection.batch_execute("INSERT INTO kept VALUES ('refused')")?;
        Err(StorageError::NoSuchTask(tikmatrix_domain::TaskId(1)).into())
    });
    let two = fixture.ask("INSERT INTO kept VALUES ('two')");
    drop(release);
    one.await.unwrap().unwrap();
    assert!(!again.await.unwrap().unwrap_err().is_transient());
    assert!(matches!(refused.await.unwrap(), Err(StorageError::NoSuchTask(_))));
    two.await.unwrap().unwrap();
    assert_eq!(fixture.kept(), ["one", "two"]);
    assert_eq!(fixture.commits.load(Ordering::SeqCst), 2, "one for the hold, one for all others");
}

#[tokio::test]
async fn a_full_disk_loses_the_group_whole_and_passes() {
    let fixture = Fixture::new();
    let release = fixture.hold();
    let before = fixture.ask("INSERT INTO kept VALUES ('before')");
    let full = fixture.ask(
        "PRAGMA max_page_count = 1; WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
         INSERT INTO kept SELECT hex(randomblob(1000)) FROM n",
    );
    drop(release);
    for answer in [before, full] {
        let error = answer.await.unwrap().unwrap_err();
        assert!(error.is_transient() && error.to_string().contains("full"), "{error}");
    }
    assert_eq!(fixture.kept(), Vec::<String>::new());
    fixture.ask("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
    assert_eq!(fixture.kept(), ["after"]);
}

#[tokio::test]
async fn a_database_that_was_read_only_is_written_again() {
    let fixture = Fixture::new();
    let refused = fixture.ask("PRAGMA query_only = ON; INSERT INTO kept VALUES ('lost')");
    assert!(refused.await.unwrap().unwrap_err().is_transient());
    fixture.ask("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
    assert_eq!(fixture.kept(), ["after"]);
}

#[tokio::test]
async fn an_operation_that_panics_is_cut_off_and_no_other_after_it() {
    let fixture = Fixture::new();
    let broken = fixture.ask_for(|_| panic!("made on purpose"));
    assert!(broken.await.is_err());
    fixture.ask("INSERT INTO kept VALUES ('after')").await.unwrap().unwrap();
    assert_eq!(fixture.kept(), ["after"]);
}
