//! The tables of the schema, read from a database in memory that was just created: so the description needs no list of
//! its own, is the same for every engine, and holds nothing that a file or a server says.

use diesel::dsl::sql;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{Connection as _, SqliteConnection};

use crate::database::connection::Connection;
use crate::database::engine::EngineConnection as _;
use crate::snapshot::migrate_to;

/// Tables whose rows say nothing to another installation: the heartbeats of the servers that work on a database.
const NOT_SAVED: &str = "server";

/// A table, with its columns in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    kind: Kind,
}

/// How SQLite shows the values of a column in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// As a number or a text.
    Plain,
    /// It stores a boolean as a number.
    Boolean,
    /// As PostgreSQL does: hexadecimal digits after `\x`.
    Bytes,
}

/// Lists the versions of the tables that this program knows, in their order.
pub(super) fn versions() -> Result<Vec<String>, String> {
    let connection = SqliteConnection::establish(":memory:").map_err(|error| error.to_string())?;
    let migrations = MigrationSource::<Sqlite>::migrations(&connection.migrations());
    let mut versions: Vec<String> = migrations
        .map_err(|error| error.to_string())?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    versions.sort_unstable();
    Ok(versions)
}

/// Describes the tables at a version, each after those that it refers to.
pub(super) fn at(version: &str) -> Result<Vec<Table>, String> {
    let connection = SqliteConnection::establish(":memory:").map_err(|error| error.to_string())?;
    let mut connection = Connection::Sqlite(connection);
    migrate_to(&mut connection, Some(version))?;
    describe(&mut connection).map_err(|error| error.to_string())
}

fn describe(connection: &mut Connection) -> QueryResult<Vec<Table>> {
    let names = format!(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND name <> '{NOT_SAVED}' ORDER BY name"
    );
    let mut waiting: Vec<String> = sql::<Text>(&names).load(connection)?;
    let mut tables: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let mut later = Vec::new();
        for name in std::mem::take(&mut waiting) {
            let parents = format!("SELECT \"table\" FROM pragma_foreign_key_list('{name}')");
            let parents: Vec<String> = sql::<Text>(&parents).load(connection)?;
            if parents.iter().all(|parent| *parent == name || tables.iter().any(|it| it.name == *parent)) {
                let columns = columns(connection, &name)?;
                tables.push(Table { name, columns });
            } else {
                later.push(name);
            }
        }
        waiting = later;
    }
    Ok(tables)
}

fn columns(connection: &mut Connection, table: &str) -> QueryResult<Vec<Column>> {
    let query = format!("SELECT name, upper(type) FROM pragma_table_info('{table}') ORDER BY cid");
    let columns: Vec<(String, String)> = sql::<(Text, Text)>(&query).load(connection)?;
    let kind = |declared: &str| match declared {
        "BOOLEAN" => Kind::Boolean,
        "BLOB" => Kind::Bytes,
        _ => Kind::Plain,
    };
    Ok(columns.into_iter().map(|(name, declared)| Column { kind: kind(&declared), name }).collect())
}

impl Table {
    /// Returns the columns' names, quoted, with commas in between.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
    }

    /// Returns the query of all rows, each as the text of a JSON object.
    pub(super) fn query(&self, is_sqlite: bool) -> String {
        let Self { name, columns } = self;
        if !is_sqlite {
            let columns = self.column_list();
            return format!("SELECT row_to_json(saved)::text FROM (SELECT {columns} FROM \"{name}\") saved");
        }
        let members: Vec<String> = columns.iter().map(Column::as_json).collect();
        format!("SELECT json_object({}) FROM \"{name}\"", members.join(", "))
    }

    /// Returns the statement that inserts the rows of a JSON array, which is its one parameter.
    pub(super) fn insertion(&self, is_sqlite: bool) -> String {
        let (name, list) = (&self.name, self.column_list());
        if is_sqlite {
            let values: Vec<String> = self.columns.iter().map(Column::as_json_expression).collect();
            let values = values.join(", ");
            format!("INSERT INTO \"{name}\" ({list}) SELECT {values} FROM json_each(?)")
        } else {
            let rows = format!("json_populate_recordset(NULL::\"{name}\", $1::json)");
            format!("INSERT INTO \"{name}\" ({list}) SELECT {list} FROM {rows}")
        }
    }
}

impl Column {
    /// SQLite's expression for the name and the value in a JSON object.
    fn as_json(&self) -> String {
        let name = &self.name;
        let value = match self.kind {
            Kind::Plain => format!("\"{name}\""),
            Kind::Boolean => format!(
                "json(CASE WHEN \"{name}\" IS NULL THEN 'null' WHEN \"{name}\" THEN 'true' ELSE 'false' END)"
            ),
            Kind::Bytes => {
                format!("CASE WHEN \"{name}\" IS NOT NULL THEN '\\x' || lower(hex(\"{name}\")) END")
            }
        };
        format!("'{name}', {value}")
    }

    /// SQLite's expression for the value of the column in `value`, a JSON object.
    fn as_json_expression(&self) -> String {
        let value = format!("json_extract(value, '$.\"{}\"')", self.name);
        match self.kind {
            Kind::Plain | Kind::Boolean => value,
            Kind::Bytes => format!("unhex(substr({value}, 3))"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_follows_those_that_it_refers_to_and_heartbeats_stay_out() {
        let newest = versions().unwrap().pop().unwrap();
        let tables = at(&newest).unwrap();
        let position = |name: &str| tables.iter().position(|table| table.name == name);
        assert!(position("task") < position("attempt") && position("attempt") < position("step"));
        assert!(position("script_config") < position("task"));
        assert_eq!(position("server"), None);
        let first = &versions().unwrap()[0];
        assert!(at(first).unwrap().iter().all(|table| table.name != "material"), "made later");
    }
}
