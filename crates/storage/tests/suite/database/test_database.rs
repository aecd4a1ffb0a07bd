//! The databases of the suite: SQLite files, or databases of a PostgreSQL server when `TIKMATRIX_TEST_DATABASE` is
//! `postgres`. `cargo xtask test` runs the suite on both.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};
use tempfile::TempDir;
use tikmatrix_storage::Store;

use crate::database::server::Server;

/// A database of one test's own.
pub(crate) enum TestDatabase {
    Sqlite(TempDir),
    Postgres { url: String },
}

impl TestDatabase {
    /// A migrated database, or on SQLite an empty folder for one.
    pub(crate) fn new() -> Self {
        Self::copy_of("tasks")
    }

    /// A database without tables.
    pub(crate) fn empty() -> Self {
        Self::copy_of("template0")
    }

    fn copy_of(template: &str) -> Self {
        if !is_postgres() {
            return Self::Sqlite(TempDir::new().unwrap());
        }
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let server = shared_server();
        PgConnection::establish(&server.url("postgres"))
            .unwrap()
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .unwrap();
        Self::Postgres { url: server.url(&name) }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("tasks.db").display()),
            Self::Postgres { url } => url.clone(),
        }
    }

    /// Counts the rows of a table.
    pub(crate) fn count(&self, table: &str) -> i64 {
        let count = diesel::dsl::sql::<BigInt>(&format!("SELECT count(*) FROM {table}"));
        match self {
            Self::Sqlite(folder) => {
                let file = folder.path().join("tasks.db");
                count.get_result(&mut SqliteConnection::establish(file.to_str().unwrap()).unwrap()).unwrap()
            }
            Self::Postgres { url } => count.get_result(&mut PgConnection::establish(url).unwrap()).unwrap(),
        }
    }
}

pub(crate) fn is_postgres() -> bool {
    match std::env::var("TIKMATRIX_TEST_DATABASE").as_deref() {
        Ok("postgres") => true,
        Err(_) | Ok("sqlite") => false,
        Ok(other) => panic!("TIKMATRIX_TEST_DATABASE is {other:?}, neither sqlite nor postgres"),
    }
}

/// One server for the process, with a migrated database that every test gets a copy of.
fn shared_server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Server::start(false);
        let mut connection = PgConnection::establish(&server.url("postgres")).unwrap();
        connection.batch_execute("CREATE DATABASE tasks").unwrap();
        drop(Store::open_url(&server.url("tasks")).unwrap());
        server
    })
}
