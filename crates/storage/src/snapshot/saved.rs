//! One state of a database, read while servers work on it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use diesel::connection::TransactionManager as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::database::connection::Connection;
use crate::database::url::DatabaseUrl;
use crate::error::{Fault, StorageError};
use crate::snapshot::tables::{self, Table};
use crate::snapshot::{DatabaseLocation, ReferencedFiles, SnapshotError, connect, referenced_files};

/// The name of the operation in errors.
const OPERATION: &str = "save the database";

/// One state of a database: a transaction that only reads.
pub struct Snapshot {
    connection: Connection,
    database: String,
    tables: Vec<Table>,
    version: String,
}

/// A snapshot that is the database's present state: no one can write until it is released. It is held for as long as it takes
/// to hold the files that its rows refer to, and no longer: servers wait.
pub struct HeldSnapshot {
    snapshot: Snapshot,
    writer: Connection,
}

impl HeldSnapshot {
    /// Waits for its turn to write, and takes the snapshot then. It blocks.
    ///
    /// # Errors
    /// [`SnapshotError::OtherVersion`], or of the database.
    pub fn take(location: DatabaseLocation<'_>) -> Result<Self, SnapshotError> {
        let url = location.parse()?;
        let database = url.redacted();
        let open = |reason: String| StorageError::Open { database: database.clone(), reason };
        if let DatabaseUrl::Sqlite(file) = &url
            && !file.path().is_file()
        {
            // It would be created.
            return Err(open("there is no such file".to_owned()).into());
        }
        let own = tables::versions().map_err(open)?.pop().unwrap_or_default();
        let tables = tables::at(&own).map_err(open)?;
        let mut writer = connect(&url)?;
        let mut connection = connect(&url)?;
        let mut begin = || -> Result<String, Fault> {
            writer.begin_write()?;
            connection.begin_read()?;
            // The first read fixes what the transaction sees.
            let newest = sql::<Nullable<Text>>("SELECT max(version) FROM __diesel_schema_migrations");
            Ok(newest.get_result::<Option<String>>(&mut connection)?.unwrap_or_default())
        };
        let found = begin().map_err(|fault| fault.during(OPERATION).of_file())?;
        if found != own {
            return Err(SnapshotError::OtherVersion { database, found, own });
        }
        Ok(Self { snapshot: Snapshot { connection, database, tables, version: own }, writer })
    }

    /// Queries which files the rows refer to.
    ///
    /// # Errors
    /// Of the database.
    pub fn files(&mut self) -> Result<ReferencedFiles, SnapshotError> {
        referenced_files(&mut self.snapshot.connection).map_err(failed)
    }

    /// Lets others write again.
    ///
    /// # Errors
    /// Of the database.
    pub fn release(mut self) -> Result<Snapshot, SnapshotError> {
        type Manager = <Connection as diesel::Connection>::TransactionManager;
        Manager::rollback_transaction(&mut self.writer).map_err(|error| failed(error.into()))?;
        Ok(self.snapshot)
    }
}

impl Snapshot {
    /// Returns the location of the database, without the password that its URL may hold.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Returns the version of the tables.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the tables, each after those that it refers to.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Passes each row of a table to `each`, as the text of a JSON object on one line, until that breaks off. It blocks.
    ///
    /// # Errors
    /// Of the database.
    pub fn rows(
        &mut self,
        table: &Table,
        each: &mut dyn FnMut(String) -> ControlFlow<()>,
    ) -> Result<(), SnapshotError> {
        let query = table.query(self.connection.is_sqlite());
        self.connection.each_text(&query, each).map_err(|error| failed(error.into()))
    }

    /// Queries the highest number that each table has given out, so that none is given out again.
    ///
    /// # Errors
    /// Of the database.
    pub fn numbers(&mut self) -> Result<BTreeMap<String, i64>, SnapshotError> {
        numbers(&mut self.connection).map_err(failed)
    }
}

fn failed(fault: Fault) -> SnapshotError {
    fault.during(OPERATION).of_file().into()
}

fn numbers(connection: &mut Connection) -> Result<BTreeMap<String, i64>, Fault> {
    if connection.is_sqlite() {
        let rows = sql::<(Text, BigInt)>("SELECT name, seq FROM sqlite_sequence");
        return Ok(rows.load::<(String, i64)>(connection)?.into_iter().collect());
    }
    let mut numbers = BTreeMap::new();
    for (table, sequence) in sequences(connection)? {
        // A sequence that was never used says the first number that it will give out.
        let query = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}");
        numbers.insert(table, sql::<BigInt>(&query).get_result(connection)?);
    }
    Ok(numbers)
}

/// Queries PostgreSQL's sequences of the tables that have one, quoted for a statement.
pub(super) fn sequences(connection: &mut Connection) -> Result<Vec<(String, String)>, Fault> {
    let query = "SELECT table_name::text, pg_get_serial_sequence(quote_ident(table_name), column_name)::text
        FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'";
    Ok(sql::<(Text, Text)>(query).load(connection)?)
}
