//! The audit: entries are added and read, newest first; the oldest are deleted in the end.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{AuditEntry, AuditId, AuditRecord};

use crate::audit::rows::{AuditRow, NewAuditRow};
use crate::columns::millis;
use crate::database::connection::{Engine, insert_rows};
use crate::database::open_database::Database;
use crate::error::StorageError;
use crate::page::{Page, PageStart};
use crate::schema::audit;
use crate::store::Store;

/// The maximum number of entries that one transaction deletes, so that other writers do not wait long.
const MAX_PRUNED: i64 = 10_000;

/// A filter of entries: each field that is set narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only changes by the actor with this name, which a token may share with one that is none.
    pub actor: Option<String>,
    /// Only this operation.
    pub operation: Option<String>,
    /// Only changes from this moment on.
    pub since: Option<DateTime<Utc>>,
    /// Only changes before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// The audit.
#[derive(Clone, Copy)]
#[must_use]
pub struct AuditStore<'store>(&'store Database);

impl<'store> AuditStore<'store> {
    /// Returns the operations on the audit of `store`.
    pub fn of(store: &'store Store) -> Self {
        Self(&store.database)
    }
}

impl AuditStore<'_> {
    /// Adds entries, in their order: all of them or, on an error, none.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn record(self, records: &[AuditRecord]) -> Result<(), StorageError> {
        let rows: Vec<NewAuditRow> = records.iter().map(NewAuditRow::new).collect();
        self.0
            .write("record changes in the audit", move |connection| {
                insert_rows!(connection, audit::table, &rows);
                Ok(())
            })
            .await
    }

    /// Loads one page of the entries that match `filter`, newest first, and counts all that match.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn list(
        self,
        filter: AuditFilter,
        page: Page<AuditId>,
    ) -> Result<(Vec<AuditEntry>, u64), StorageError> {
        self.0
            .read_tx("list the audit", move |connection| {
                let total: i64 = matching(&filter).count().get_result(connection)?;
                let mut query = matching(&filter).order(audit::id.desc()).limit(page.size.into());
                query = match page.start {
                    PageStart::Number(_) => query.offset(page.offset()),
                    PageStart::Before(id) => query.filter(audit::id.lt(id.0)),
                };
                let rows: Vec<AuditRow> = query.select(AuditRow::as_select()).load(connection)?;
                let entries = rows.into_iter().map(AuditRow::into_entry).collect::<Result<_, _>>()?;
                Ok((entries, u64::try_from(total).unwrap_or_default()))
            })
            .await
    }

    /// Deletes all but the newest `keep` entries.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn prune(self, keep: u32) -> Result<(), StorageError> {
        loop {
            let deleted = self.0.write("delete old entries of the audit", move |connection| {
                let ends = || audit::table.select(audit::id).into_boxed::<Engine>();
                let newest: Option<i64> = ends().order(audit::id.desc()).first(connection).optional()?;
                let oldest: Option<i64> = ends().order(audit::id).first(connection).optional()?;
                let end = newest.unwrap_or_default() - i64::from(keep);
                let end = end.min(oldest.unwrap_or_default() + MAX_PRUNED);
                Ok(diesel::delete(audit::table.filter(audit::id.le(end))).execute(connection)?)
            });
            if deleted.await? == 0 {
                return Ok(());
            }
        }
    }
}

fn matching(filter: &AuditFilter) -> audit::BoxedQuery<'static, Engine> {
    let mut query = audit::table.into_boxed();
    if let Some(actor) = &filter.actor {
        query = query.filter(audit::actor.eq(actor.clone()));
    }
    if let Some(operation) = &filter.operation {
        query = query.filter(audit::operation.eq(operation.clone()));
    }
    if let Some(since) = filter.since {
        query = query.filter(audit::at.ge(millis(since)));
    }
    match filter.until {
        Some(until) => query.filter(audit::at.lt(millis(until))),
        None => query,
    }
}
