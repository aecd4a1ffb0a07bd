//! The store: a handle to the database. The operations stand with what they are about, each group behind a method of
//! [`Store`].

use std::path::Path;
use std::sync::Arc;

use tikmatrix_domain::AppId;

use crate::database::open_database::{self, Database};
use crate::database::url::DatabaseUrl;
use crate::database::url::sqlite_file::SqliteFile;
use crate::error::StorageError;

/// A handle to the tasks' database. Clones share it; it is closed when the last of them is dropped.
#[derive(Clone)]
pub struct Store {
    pub(crate) database: Arc<Database>,
    pub(crate) max_pending: u64,
    pub(crate) first_app: AppId,
}

impl Store {
    /// Opens the SQLite database in the file at `path`, creates it if there is none, and migrates it. It blocks.
    ///
    /// # Errors
    /// [`StorageError::InUse`] when another server has it open, [`StorageError::Open`] when it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StorageError> {
        open_database::open(DatabaseUrl::Sqlite(SqliteFile::named(path.as_ref()))).map(Self::of)
    }

    /// Opens and migrates the database at `url`: `sqlite://PATH`, or `postgres://…` as libpq takes it. It blocks. The libpq
    /// of the feature `postgres` has no TLS: a PostgreSQL on another machine needs a tunnel or a trusted network.
    ///
    /// # Errors
    /// As [`Store::open`]; without the feature `postgres` a `postgres://` URL cannot be opened.
    pub fn open_url(url: &str) -> Result<Self, StorageError> {
        open_database::open(parse(url)?).map(Self::of)
    }

    /// Opens the SQLite database at `path` as [`Store::open_url_shared`] does, with the same errors.
    pub fn open_shared(path: impl AsRef<Path>) -> Result<Self, StorageError> {
        open_database::open_shared(DatabaseUrl::Sqlite(SqliteFile::named(path.as_ref()))).map(Self::of)
    }

    /// Opens the database as [`Store::open_url`] does or, while servers work on it, beside them without migrating it: for
    /// the short work of a command line, which changes no tasks. It blocks.
    ///
    /// # Errors
    /// [`StorageError::Open`], also when the tables are those of another version.
    pub fn open_url_shared(url: &str) -> Result<Self, StorageError> {
        open_database::open_shared(parse(url)?).map(Self::of)
    }

    fn of(database: Database) -> Self {
        Self { max_pending: u64::MAX, first_app: AppId::android(), database: Arc::new(database) }
    }

    /// Limits the number of pending tasks, which no request may exceed. There is no limit by default.
    #[must_use]
    pub fn with_max_pending(self, max: u64) -> Self {
        Self { max_pending: max, ..self }
    }

    /// Names the app of tasks that name none while the settings do not say which. It is [`AppId::android`] by default.
    #[must_use]
    pub fn with_first_app(self, app: AppId) -> Self {
        Self { first_app: app, ..self }
    }

    /// Returns the open database: its location, its version, and how it fares.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

fn parse(url: &str) -> Result<DatabaseUrl, StorageError> {
    // The URL may hold a password.
    DatabaseUrl::parse(url).map_err(|reason| StorageError::Open { database: "URL".to_owned(), reason })
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    use diesel::sql_types::Text;

    use super::*;

    #[test]
    fn a_command_keeps_away_from_the_tables_of_a_server_of_another_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tasks.db");
        let _store = Store::open(&path).unwrap();
        let newest = "DELETE FROM __diesel_schema_migrations WHERE version =
            (SELECT max(version) FROM __diesel_schema_migrations)";
        DatabaseUrl::Sqlite(SqliteFile::named(&path)).connect().unwrap().batch_execute(newest).unwrap();
        let url = format!("sqlite://{}", path.display());
        let error = Store::open_url_shared(&url).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("another version"), "{error}");
    }

    #[test]
    fn every_connection_syncs_each_commit_checks_references_and_waits_for_others() {
        #[derive(QueryableByName, PartialEq, Debug)]
        struct InForce {
            #[diesel(sql_type = diesel::sql_types::Integer)]
            synchronous: i32,
            #[diesel(sql_type = diesel::sql_types::Integer)]
            foreign_keys: i32,
            #[diesel(sql_type = diesel::sql_types::Integer)]
            timeout: i32,
            #[diesel(sql_type = Text)]
            journal_mode: String,
        }
        let folder = tempfile::tempdir().unwrap();
        let query =
            "SELECT * FROM pragma_synchronous, pragma_foreign_keys, pragma_busy_timeout, pragma_journal_mode";
        let mut connection =
            DatabaseUrl::Sqlite(SqliteFile::named(folder.path().join("tasks.db"))).connect().unwrap();
        let in_force: InForce = diesel::sql_query(query).get_result(&mut connection).unwrap();
        let wanted =
            InForce { synchronous: 2, foreign_keys: 1, timeout: 2_000, journal_mode: "wal".to_owned() };
        assert_eq!(in_force, wanted);
    }
}
