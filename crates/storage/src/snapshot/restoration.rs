//! The rows of a snapshot, written into an empty database in one transaction.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::database::connection::{Connection, on_engine};
use crate::database::engine::EngineConnection as _;
use crate::error::{Fault, StorageError, in_one_line};
use crate::snapshot::saved::sequences;
use crate::snapshot::tables::{self, Table};
use crate::snapshot::{
    DatabaseLocation, ReferencedFiles, SnapshotError, connect, migrate_to, referenced_files,
};

/// The name of the operation in errors.
const OPERATION: &str = "restore the database";

/// A database that is being filled. Nothing of it stays unless it is committed.
pub struct Restoration {
    connection: Connection,
    database: String,
    tables: Vec<Table>,
    /// What creates SQLite's triggers again, which would count the rows that are restored together with their counts.
    triggers: Vec<String>,
}

impl Restoration {
    /// Creates tables of `version` in an empty database. Servers that start on it wait, or refuse to start, until the end. It
    /// blocks.
    ///
    /// # Errors
    /// [`SnapshotError::NotEmpty`], [`SnapshotError::Newer`] and [`SnapshotError::UnknownVersion`], or of the database.
    pub fn begin(location: DatabaseLocation<'_>, version: &str) -> Result<Self, SnapshotError> {
        let url = location.parse()?;
        let database = url.redacted();
        let open = |reason: String| StorageError::Open { database: database.clone(), reason };
        let known = tables::versions().map_err(open)?;
        if !known.iter().any(|known| known == version) {
            let own = known.last().cloned().unwrap_or_default();
            let is_newer = version.len() == own.len() && version > own.as_str();
            let newer = || SnapshotError::Newer { found: version.to_owned(), own };
            return Err(if is_newer { newer() } else { SnapshotError::UnknownVersion });
        }
        let tables = tables::at(version).map_err(open)?;
        let mut connection = connect(&url)?;
        let mut begin = || -> Result<(), Fault> {
            on_engine!(&mut connection, own => own.prepare_migration())?;
            Ok(connection.begin_write()?)
        };
        begin().map_err(failed)?;
        let (found, servers) = content(&mut connection).map_err(failed)?;
        if found {
            return Err(SnapshotError::NotEmpty { database, servers });
        }
        migrate_to(&mut connection, Some(version)).map_err(open)?;
        let mut restoration = Self { connection, database, tables, triggers: Vec::new() };
        restoration.clear().map_err(failed)?;
        Ok(restoration)
    }

    /// Returns the tables, in the order in which their rows have to be inserted.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Inserts the rows of a JSON array, such as [`Snapshot::rows`](crate::Snapshot::rows) passed them.
    ///
    /// # Errors
    /// [`SnapshotError::Rows`].
    pub fn insert(&mut self, table: &Table, rows: &str) -> Result<(), SnapshotError> {
        let statement = diesel::sql_query(table.insertion(self.connection.is_sqlite()));
        let inserted = statement.bind::<Text, _>(rows).execute(&mut self.connection);
        match inserted {
            Ok(_) => Ok(()),
            Err(error) if crate::error::is_transient(&error) => Err(failed(error.into())),
            Err(error) => Err(SnapshotError::Rows { table: table.name.clone(), reason: in_one_line(&error) }),
        }
    }

    /// Continues the numbers that the tables had given out, migrates the tables to the version of this program, and returns
    /// which files the rows refer to.
    ///
    /// # Errors
    /// Of the database.
    pub fn complete(&mut self, numbers: &BTreeMap<String, i64>) -> Result<ReferencedFiles, SnapshotError> {
        self.close(numbers).map_err(failed)?;
        let open = |reason| StorageError::Open { database: self.database.clone(), reason };
        migrate_to(&mut self.connection, None).map_err(open)?;
        referenced_files(&mut self.connection).map_err(failed)
    }

    /// Makes the restored rows visible. A SQLite database is one file then.
    ///
    /// # Errors
    /// Of the database.
    pub fn commit(mut self) -> Result<(), SnapshotError> {
        let mut commit = || -> Result<(), Fault> {
            self.connection.commit()?;
            if self.connection.is_sqlite() {
                self.connection.batch_execute("PRAGMA journal_mode = DELETE")?;
            }
            Ok(())
        };
        commit().map_err(failed)
    }

    /// Removes the rows that migrations insert, and switches the triggers off.
    fn clear(&mut self) -> Result<(), Fault> {
        if self.connection.is_sqlite() {
            let triggers = sql::<(Text, Text)>("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
            for (name, statement) in triggers.load::<(String, String)>(&mut self.connection)? {
                self.connection.batch_execute(&format!("DROP TRIGGER \"{name}\""))?;
                self.triggers.push(statement);
            }
        }
        for table in self.tables.iter().rev() {
            let name = &table.name;
            if !self.connection.is_sqlite() {
                let disable = format!("ALTER TABLE \"{name}\" DISABLE TRIGGER USER");
                self.connection.batch_execute(&disable)?;
            }
            self.connection.batch_execute(&format!("DELETE FROM \"{name}\""))?;
        }
        Ok(())
    }

    fn close(&mut self, numbers: &BTreeMap<String, i64>) -> Result<(), Fault> {
        let connection = &mut self.connection;
        if connection.is_sqlite() {
            for statement in &self.triggers {
                connection.batch_execute(statement)?;
            }
            for (table, number) in numbers.iter().filter(|(name, _)| is_among(&self.tables, name)) {
                // The table has no unique name that an upsert could use.
                for statement in [
                    "DELETE FROM sqlite_sequence WHERE name = ?1 AND seq < ?2",
                    "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2
                        WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
                ] {
                    let statement = diesel::sql_query(statement);
                    statement.bind::<Text, _>(table).bind::<BigInt, _>(number).execute(connection)?;
                }
            }
            return Ok(());
        }
        for table in &self.tables {
            connection.batch_execute(&format!("ALTER TABLE \"{}\" ENABLE TRIGGER USER", table.name))?;
        }
        for (table, sequence) in sequences(connection)? {
            if let Some(number) = numbers.get(&table).filter(|number| **number > 0) {
                let sequence = sequence.replace('\'', "''");
                connection.batch_execute(&format!("SELECT setval('{sequence}', {number})"))?;
            }
        }
        Ok(())
    }
}

fn failed(fault: Fault) -> SnapshotError {
    fault.during(OPERATION).of_write().into()
}

fn is_among(tables: &[Table], name: &str) -> bool {
    tables.iter().any(|table| table.name == name)
}

/// Queries whether the database has tables, and whether servers are listed in it.
fn content(connection: &mut Connection) -> Result<(bool, bool), Fault> {
    let tables = if connection.is_sqlite() {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    } else {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
    };
    let tables: Vec<String> = sql::<Text>(tables).load(connection)?;
    let servers = tables.iter().any(|table| table == "server")
        && sql::<BigInt>("SELECT count(*) FROM server").get_result::<i64>(connection)? > 0;
    Ok((!tables.is_empty(), servers))
}
