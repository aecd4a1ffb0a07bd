//! A whole database as rows in JSON: read as one state of it while servers work on it, and written into an empty database
//! of either engine.

mod restoration;
mod saved;
mod tables;

use std::path::Path;

use thiserror::Error;

pub use self::restoration::Restoration;
pub use self::saved::{HeldSnapshot, Snapshot};
pub use self::tables::Table;
use crate::database::connection::{Connection, on_engine};
use crate::database::engine::EngineConnection as _;
use crate::database::url::DatabaseUrl;
use crate::database::url::sqlite_file::SqliteFile;
use crate::error::{Fault, StorageError};
use diesel::dsl::sql;
use diesel::migration::Migration as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness as _;

/// The location of a database that a snapshot is of, or goes to.
#[derive(Debug, Clone, Copy)]
pub enum DatabaseLocation<'location> {
    /// The file of a SQLite database.
    File(&'location Path),
    /// A URL, as [`Store::open_url`](crate::Store::open_url) takes it.
    Url(&'location str),
}

/// The files to which the rows of a database refer, by their paths below their folders.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ReferencedFiles {
    /// Those of materials, thumbnails included.
    pub materials: Vec<String>,
    /// Those of artifacts.
    pub artifacts: Vec<String>,
}

/// Why a database was not saved or restored. Nothing was written then.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The database cannot be opened, or refused a statement.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The tables are those of another version.
    #[error(
        "the tables of {database} are those of another version of tikmatrix ({found}, and this one has {own}): use the \
         version that its server has, or let a server of this version migrate it first"
    )]
    OtherVersion {
        /// The database.
        database: String,
        /// The version of its tables.
        found: String,
        /// That of this program.
        own: String,
    },
    /// The rows come from a version of tikmatrix that is newer than this one.
    #[error(
        "its tables are those of a newer version of tikmatrix ({found}, and this one knows {own}): use that one"
    )]
    Newer {
        /// The version of the tables.
        found: String,
        /// The newest that this program knows.
        own: String,
    },
    /// The version of the tables is none that tikmatrix ever had.
    #[error("its tables are of no version of tikmatrix")]
    UnknownVersion,
    /// The database holds something already.
    #[error(
        "the database {database} has tables already{}: a restore needs an empty one; create it and name it with \
         --database-url", .servers.then_some(", and a server may be working on it").unwrap_or_default()
    )]
    NotEmpty {
        /// The database.
        database: String,
        /// Whether servers are listed in it.
        servers: bool,
    },
    /// The rows do not fit into the table.
    #[error("the rows of {table} cannot be restored: {reason}")]
    Rows {
        /// The table.
        table: String,
        /// The reason.
        reason: String,
    },
}

impl DatabaseLocation<'_> {
    /// Returns the file of a SQLite database; `None` for a database on a server.
    ///
    /// # Errors
    /// [`StorageError::Open`] when the URL cannot be read.
    pub fn file(self) -> Result<Option<std::path::PathBuf>, StorageError> {
        Ok(match self.parse()? {
            DatabaseUrl::Sqlite(file) => Some(file.path().to_owned()),
            DatabaseUrl::Postgres(_) => None,
        })
    }

    fn parse(self) -> Result<DatabaseUrl, StorageError> {
        match self {
            Self::File(path) => Ok(DatabaseUrl::Sqlite(SqliteFile::named(path))),
            // The URL may hold a password.
            Self::Url(url) => DatabaseUrl::parse(url)
                .map_err(|reason| StorageError::Open { database: "URL".to_owned(), reason }),
        }
    }
}

/// Connects for work that takes as long as a whole database needs.
fn connect(url: &DatabaseUrl) -> Result<Connection, StorageError> {
    let failed = |reason: String| StorageError::Open { database: url.redacted(), reason };
    let mut connection = url.connect().map_err(failed)?;
    connection.prepare_long_work().map_err(|error| failed(error.to_string()))?;
    Ok(connection)
}

/// Applies the migrations up to `version`, or all of them.
fn migrate_to(connection: &mut Connection, version: Option<&str>) -> Result<(), String> {
    // SQLite ends the transaction itself where it cannot write, and the error about that hides the first one.
    let reason = |error: Box<dyn std::error::Error + Send + Sync>| match error.downcast_ref() {
        Some(diesel::result::Error::NotInTransaction) => {
            "the disk takes no writes: it is full, most likely".to_owned()
        }
        _ => error.to_string(),
    };
    on_engine!(connection, own => {
        let migrations = own.migrations();
        let pending = own.pending_migrations(migrations).map_err(reason)?;
        for migration in pending {
            let number = migration.name().version().to_string();
            if version.is_some_and(|version| number.as_str() > version) {
                break;
            }
            own.run_migration(&migration).map(drop).map_err(reason)?;
        }
        Ok(())
    })
}

/// Queries which files the rows of a database refer to.
fn referenced_files(connection: &mut Connection) -> Result<ReferencedFiles, Fault> {
    let materials =
        "SELECT file FROM material UNION ALL SELECT thumbnail FROM material WHERE thumbnail IS NOT NULL";
    Ok(ReferencedFiles {
        materials: sql::<Text>(materials).load(connection)?,
        artifacts: sql::<Text>("SELECT file FROM artifact").load(connection)?,
    })
}
