//! The tasks that a change of many is for: those that match a filter, and the statuses of those with given numbers.

use std::cmp::Reverse;
use std::collections::HashMap;

use diesel::prelude::*;
use tikmatrix_domain::{Status, TaskId};

use crate::columns::status;
use crate::error::StorageError;
use crate::page::{Page, PageStart};
use crate::schema::task;
use crate::tasks::change::batch::TaskChanges;
use crate::tasks::filter::TaskFilter;
use crate::tasks::{counts, pagination};

impl TaskChanges<'_> {
    /// Lists the newest `size` tasks that match `filter` and are in one of `statuses`: all of them, or those older than
    /// `before`.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn matching(
        self,
        filter: TaskFilter,
        statuses: &'static [Status],
        before: Option<TaskId>,
        size: u32,
    ) -> Result<Vec<TaskId>, StorageError> {
        self.0
            .read_tx("list the tasks to change", move |connection| {
                let page = Page { start: before.map_or(PageStart::Number(1), PageStart::Before), size };
                let mut ids: Vec<i64> = Vec::new();
                for filter in narrowed(&filter, statuses) {
                    let total = counts::matching(connection, &filter)?;
                    let rows = pagination::page(connection, &filter, page, total)?;
                    ids.extend(rows.iter().map(|row| row.id));
                }
                ids.sort_unstable_by_key(|id| Reverse(*id));
                ids.truncate(size as usize);
                Ok(ids.into_iter().map(TaskId).collect())
            })
            .await
    }

    /// Counts the tasks that match `filter` and are in one of `statuses`.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn count(self, filter: TaskFilter, statuses: &'static [Status]) -> Result<u64, StorageError> {
        self.0
            .read_tx("count the tasks to change", move |connection| {
                let mut count = 0;
                for filter in narrowed(&filter, statuses) {
                    count += counts::matching(connection, &filter)?;
                }
                Ok(count)
            })
            .await
    }

    /// Looks up the statuses of tasks, in the order of `ids`; `None` for one that does not exist.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn statuses(self, ids: Vec<TaskId>) -> Result<Vec<(TaskId, Option<Status>)>, StorageError> {
        self.0
            .query("look up the statuses of tasks", move |connection| {
                let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
                let rows: Vec<(i64, i32)> = task::table
                    .filter(task::id.eq_any(numbers))
                    .select((task::id, task::status))
                    .load(connection)?;
                let found: HashMap<i64, i32> = rows.into_iter().collect();
                let of = |id: TaskId| found.get(&id.0).map(|code| status(*code)).transpose();
                Ok(ids.into_iter().map(|id| Ok((id, of(id)?))).collect::<Result<_, StorageError>>()?)
            })
            .await
    }
}

/// Returns a filter for each of `statuses` that `filter` lets through; `filter` itself where it lets all of them through.
fn narrowed(filter: &TaskFilter, statuses: &'static [Status]) -> Vec<TaskFilter> {
    if filter.status.is_none() && statuses.len() == Status::ALL.len() {
        return vec![filter.clone()];
    }
    let wanted = statuses.iter().filter(|status| filter.status.is_none_or(|only| only == **status));
    wanted.map(|status| TaskFilter { status: Some(*status), ..filter.clone() }).collect()
}
