//! The configurations of tasks: a short one is in the row of each of its tasks, a long one is stored once for all tasks of a
//! request that have it, and is gone with the last of them.

use std::collections::HashMap;

use diesel::prelude::*;
use tikmatrix_domain::{NewTask, ScriptConfig, Task};

use crate::database::connection::Connection;
use crate::error::Fault;
use crate::schema::{script_config, task};

/// The longest configuration that is in the row of its task, in bytes: no more than the rest of the row.
const MAX_IN_ROW: usize = 512;

/// How the row of a new task holds its configuration.
pub(crate) struct StoredConfig<'task> {
    /// The configuration, or nothing for a shared one.
    pub(crate) in_row: &'task str,
    /// The id of the shared one.
    pub(crate) id: Option<i64>,
    /// The length of the shared one, in bytes.
    pub(crate) bytes: Option<i64>,
}

/// Stores each of the long configurations of `tasks` once. Returns the ids by configuration.
pub(crate) fn insert<'task>(
    connection: &mut Connection,
    tasks: &'task [NewTask],
) -> Result<HashMap<&'task str, i64>, Fault> {
    let mut ids = HashMap::new();
    for config in tasks.iter().map(|task| &*task.script_config).filter(|config| config.len() > MAX_IN_ROW) {
        if !ids.contains_key(config) {
            let id: i64 = diesel::insert_into(script_config::table)
                .values(script_config::config.eq(config))
                .returning(script_config::id)
                .get_result(connection)?;
            ids.insert(config, id);
        }
    }
    Ok(ids)
}

/// Returns how the row of a task with `config` holds it, by the ids that [`insert`] returned.
pub(crate) fn stored<'task>(config: &'task str, ids: &HashMap<&str, i64>) -> StoredConfig<'task> {
    match ids.get(config) {
        None => StoredConfig { in_row: config, id: None, bytes: None },
        Some(id) => {
            let bytes = i64::try_from(config.len()).unwrap_or(i64::MAX);
            StoredConfig { in_row: "", id: Some(*id), bytes: Some(bytes) }
        }
    }
}

/// Loads the configurations of at most `max_bytes` that are missing in `tasks`.
pub(crate) fn load(connection: &mut Connection, tasks: &mut [Task], max_bytes: u64) -> Result<(), Fault> {
    let is_wanted = |task: &&mut Task| matches!(task.script_config, ScriptConfig::Omitted { bytes } if bytes <= max_bytes);
    let mut wanted: HashMap<i64, &mut Task> =
        tasks.iter_mut().filter(is_wanted).map(|task| (task.id.0, task)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = wanted.keys().copied().collect();
    let configs: Vec<(i64, String)> = task::table
        .inner_join(script_config::table)
        .filter(task::id.eq_any(ids))
        .select((task::id, script_config::config))
        .load(connection)?;
    for (id, config) in configs {
        if let Some(task) = wanted.remove(&id) {
            task.script_config = ScriptConfig::Text(config);
        }
    }
    Ok(())
}

/// Deletes a shared configuration, unless tasks have it.
pub(crate) fn delete_unused(connection: &mut Connection, id: i64) -> Result<(), Fault> {
    let users = task::table.filter(task::config_id.eq(id)).select(task::id);
    if users.first::<i64>(connection).optional()?.is_none() {
        diesel::delete(script_config::table.find(id)).execute(connection)?;
    }
    Ok(())
}
