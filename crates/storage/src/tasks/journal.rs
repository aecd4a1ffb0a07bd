//! The journal of a running attempt: steps, progress, log lines and artifacts, in their order.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{IllegalTransition, LeaseId, Record, RecordedEvent, Status, TaskChange, TaskId};

use crate::columns::{millis, storable};
use crate::database::connection::Connection;
use crate::devices::operations as devices;
use crate::error::{Fault, StorageError};
use crate::events::operations as events;
use crate::schema::{artifact, attempt, step, task, task_log};
use crate::tasks::lifecycle::AttemptStore;
use crate::tasks::rows::{ArtifactRow, LogRow, StepRow};
use crate::tasks::state;

impl AttemptStore<'_> {
    /// Stores `records` of the attempt that runs under `lease`, in their order and in one transaction.
    ///
    /// # Errors
    /// [`StorageError::Illegal`] when the task does not run under `lease` any more, or of the database.
    pub async fn record(self, id: TaskId, lease: LeaseId, records: Vec<Record>) -> Result<(), StorageError> {
        self.0
            .write("store the journal of a task", move |connection| {
                let Some(last) = records.last() else { return Ok(()) };
                update_task(connection, id, &lease, &records, last.at)?;
                record_events(connection, id, &records)?;
                insert_records(connection, id, &lease, records)
            })
            .await
    }
}

/// Writes the newest step, progress and version of the app to the task, if it still runs under `lease`.
fn update_task(
    connection: &mut Connection,
    id: TaskId,
    lease: &LeaseId,
    records: &[Record],
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let newest_step = records.iter().rev().find_map(|record| match &record.event {
        RecordedEvent::Step(text) => Some(task::step.eq(storable(text))),
        _ => None,
    });
    let newest_progress = records.iter().rev().find_map(|record| match record.event {
        RecordedEvent::Progress(percent) => Some(task::progress.eq(i32::from(percent.min(100)))),
        _ => None,
    });
    let newest_version = records.iter().rev().find_map(|record| match &record.event {
        RecordedEvent::AppVersion(version) => Some(task::app_version.eq(storable(version))),
        _ => None,
    });
    let held = task::table
        .find(id.0)
        .filter(task::status.eq(i32::from(Status::Running.code())))
        .filter(task::lease.eq(&lease.0));
    let updated = diesel::update(held)
        .set((newest_step, newest_progress, newest_version, task::updated_at.eq(millis(at))))
        .execute(connection)?;
    if updated == 1 {
        Ok(())
    } else {
        Err(StorageError::Illegal { task: id, source: IllegalTransition::LeaseLost }.into())
    }
}

fn record_events(connection: &mut Connection, id: TaskId, records: &[Record]) -> Result<(), Fault> {
    let task = state::read(connection, id)?;
    for record in records {
        let change = match &record.event {
            RecordedEvent::Step(text) => TaskChange::Step(text.clone()),
            RecordedEvent::Progress(percent) => TaskChange::Progress((*percent).min(100)),
            RecordedEvent::AppVersion(version) => {
                devices::record_app_version(connection, &task, &storable(version))?;
                continue;
            }
            RecordedEvent::Log(..) | RecordedEvent::Result(_) | RecordedEvent::Artifact { .. } => continue,
        };
        events::record(connection, &task, change, record.at)?;
    }
    Ok(())
}

fn insert_records(
    connection: &mut Connection,
    id: TaskId,
    lease: &LeaseId,
    records: Vec<Record>,
) -> Result<(), Fault> {
    let mine = attempt::table.filter(attempt::task_id.eq(id.0)).filter(attempt::lease.eq(&lease.0));
    let (attempt, mut number): (i32, i32) =
        mine.select((attempt::number, attempt::record_count)).first(connection)?;
    for Record { at, event } in records {
        let at = millis(at);
        number += 1;
        match event {
            RecordedEvent::Progress(_) => number -= 1,
            RecordedEvent::Result(json) => {
                number -= 1;
                let result = attempt::result.eq(storable(&json));
                diesel::update(attempt::table.find((id.0, attempt))).set(result).execute(connection)?;
            }
            RecordedEvent::AppVersion(version) => {
                number -= 1;
                let version = attempt::app_version.eq(storable(&version));
                diesel::update(attempt::table.find((id.0, attempt))).set(version).execute(connection)?;
            }
            RecordedEvent::Step(text) => {
                let row = StepRow { task_id: id.0, attempt, number, text: storable(&text), started_at: at };
                diesel::insert_into(step::table).values(row).execute(connection)?;
            }
            RecordedEvent::Log(level, text) => {
                let (level, text) = (level.as_str().to_owned(), storable(&text));
                let row = LogRow { task_id: id.0, attempt, number, at, level, text };
                diesel::insert_into(task_log::table).values(row).execute(connection)?;
            }
            RecordedEvent::Artifact { kind, file } => {
                let row =
                    ArtifactRow { task_id: id.0, attempt, number, at, kind: kind.as_str().to_owned(), file };
                diesel::insert_into(artifact::table).values(row).execute(connection)?;
            }
        }
    }
    diesel::update(attempt::table.find((id.0, attempt)))
        .set(attempt::record_count.eq(number))
        .execute(connection)?;
    Ok(())
}
