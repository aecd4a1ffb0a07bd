//! Which transactions change what an answer about tasks or an event shows. It follows the tables that a transaction
//! writes, so that no operation has to declare it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// SQLite's tables that are not tracked: neither an answer about tasks nor an event shows them, or a trigger writes them
/// along with a tracked table. On PostgreSQL the migrations say which tables are tracked.
const UNTRACKED_TABLES: [&str; 22] = [
    "access_token",
    "account_tag",
    "audit",
    "device_app",
    "device_presence",
    "installation",
    "local_file",
    "material",
    "material_tag",
    "request_key",
    "script_config",
    "server",
    "stop_request",
    "task_group",
    "task_interval",
    "task_kind",
    "task_number",
    "turn",
    "turn_counter",
    "wakeup",
    "webhook",
    "webhook_delivery",
];

/// The names of all tables but SQLite's and diesel's own.
const TABLES: &str =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY name";

#[diesel::declare_sql_function]
extern "SQL" {
    /// Records that a tracked table is written.
    fn record_change() -> Bool;
}

/// Has a SQLite connection set `changed` whenever it writes a tracked table. The triggers are the connection's own: other
/// programs that open the file need not know the function.
pub(crate) fn install(connection: &mut SqliteConnection, changed: &Arc<AtomicBool>) -> QueryResult<()> {
    let changed = Arc::clone(changed);
    record_change_utils::register_nondeterministic_impl(connection, move || {
        changed.store(true, Ordering::Relaxed);
        true
    })?;
    let mut tables: Vec<String> = sql::<Text>(TABLES).load(connection)?;
    tables.retain(|table| !UNTRACKED_TABLES.contains(&table.as_str()));
    for table in tables {
        for write in ["INSERT", "UPDATE", "DELETE"] {
            connection.batch_execute(&format!(
                "CREATE TEMP TRIGGER changed_by_{write}_{table} AFTER {write} ON main.{table}
                BEGIN SELECT record_change(); END"
            ))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::database::url::DatabaseUrl;
    use crate::database::url::sqlite_file::SqliteFile;

    /// A new table is tracked unless `UNTRACKED_TABLES` names it, so that at worst an answer is sent again that has not
    /// changed. It has to be added to one of the lists here, and on PostgreSQL a migration has to add its trigger.
    #[test]
    fn every_table_is_tracked_or_known_not_to_be_shown() {
        let folder = TempDir::new().unwrap();
        let url = DatabaseUrl::Sqlite(SqliteFile::named(folder.path().join("tasks.db")));
        url.migrate().unwrap();
        let mut connection = url.connect().unwrap();
        connection.track_changes(&Arc::new(AtomicBool::new(false))).unwrap();
        let tracked = "SELECT tbl_name FROM sqlite_temp_master WHERE type = 'trigger'
            GROUP BY 1 HAVING COUNT(*) = 3 ORDER BY 1";
        let tracked: Vec<String> = sql::<Text>(tracked).load(&mut connection).unwrap();
        let shown = [
            "account",
            "artifact",
            "attempt",
            "device",
            "device_group",
            "event",
            "setting",
            "step",
            "task",
            "task_log",
        ];
        assert_eq!(tracked, shown);
        let mut known = [&shown[..], &UNTRACKED_TABLES].concat();
        known.sort_unstable();
        let tables: Vec<String> = sql::<Text>(TABLES).load(&mut connection).unwrap();
        assert_eq!(tables, known);
    }
}
