//! Databases on a disk, not in memory: what is durable has to cost what it costs.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tempfile::TempDir;
use tikmatrix_storage::Store;

#[path = "../../tests/suite/database/server.rs"]
#[expect(dead_code, reason = "no server is lost here")]
mod server;

use server::Server;

pub(crate) enum BenchDatabase {
    Sqlite(TempDir),
    Postgres(String),
}

impl BenchDatabase {
    pub(crate) fn new() -> Self {
        if !is_postgres() {
            return Self::Sqlite(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        }
        static SERVER: OnceLock<Server> = OnceLock::new();
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let server = SERVER.get_or_init(|| Server::start(true));
        let name = format!("bench_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        PgConnection::establish(&server.url("postgres"))
            .unwrap()
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        Self::Postgres(server.url(&name))
    }

    pub(crate) fn open(&self) -> Store {
        Store::open_url(&self.url()).unwrap()
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", file(folder.path())),
            Self::Postgres(url) => url.clone(),
        }
    }
}

/// The database's file in `folder`.
pub(crate) fn file(folder: &Path) -> String {
    folder.join("tasks.db").display().to_string()
}

pub(crate) fn is_postgres() -> bool {
    std::env::var("TIKMATRIX_TEST_DATABASE").is_ok_and(|engine| engine == "postgres")
}
