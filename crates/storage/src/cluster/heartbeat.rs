//! The servers that work on one database: each counts up a heartbeat, and interrupts what a dead one left running. The
//! domain's failure detector decides which servers are dead.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{
    Heartbeat, LeaseId, ServerEnd, ServerId, Status, Task, TaskId, TaskState, interrupted,
};

use crate::cluster::signals::ClusterStore;
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::schema::{server, task};
use crate::tasks::lifecycle::interrupt_task;
use crate::tasks::rows::TaskRow;

/// A task that a dead server left running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterruptedTask {
    /// The task.
    pub task: TaskId,
    /// Whether it is pending again; otherwise it failed.
    pub runs_again: bool,
}

impl ClusterStore<'_> {
    /// Counts up the heartbeat of `own`, and returns those of the other servers, including servers of which only running
    /// tasks are left.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`].
    pub async fn heartbeat(self, own: ServerId) -> Result<Vec<Heartbeat>, StorageError> {
        self.0
            .write("write a heartbeat", move |connection| {
                let row = server::table.find(own.as_str());
                let known =
                    diesel::update(row).set(server::beats.eq(server::beats + 1)).execute(connection)?;
                if known == 0 {
                    diesel::insert_into(server::table)
                        .values((server::id.eq(own.as_str()), server::beats.eq(1)))
                        .execute(connection)?;
                }
                other_servers(connection, &own)
            })
            .await
    }

    /// Interrupts, at `now`, every task that the server of `silent` left running, and returns them. Nothing happens if its
    /// heartbeat has gone up in the meantime.
    ///
    /// # Errors
    /// Of the database, or [`StorageError::Unreadable`]; no task is changed then.
    pub async fn interrupt_tasks_of(
        self,
        silent: Heartbeat,
        now: DateTime<Utc>,
    ) -> Result<Vec<InterruptedTask>, StorageError> {
        self.0
            .write("interrupt the tasks of a dead server", move |connection| {
                let row = server::table.find(silent.server.as_str());
                let beats: Option<i64> = row.select(server::beats).first(connection).optional()?;
                if beats.unwrap_or(0) != silent.beats {
                    return Ok(Vec::new());
                }
                diesel::delete(row).execute(connection)?;
                let mut ended = Vec::new();
                for (task, lease) in running_tasks(connection)? {
                    if ServerId::of(&lease) == silent.server {
                        let finish = interrupted(ServerEnd::Crash, task.step.as_deref(), now);
                        let runs_again = interrupt_task(connection, &task, &lease, &finish)?;
                        ended.push(InterruptedTask { task: task.id, runs_again });
                    }
                }
                Ok(ended)
            })
            .await
    }

    /// Deletes the heartbeat of `own`, which shuts down and runs nothing.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn leave(self, own: ServerId) -> Result<(), StorageError> {
        self.0
            .write("delete a heartbeat", move |connection| {
                diesel::delete(server::table.find(own.as_str())).execute(connection)?;
                Ok(())
            })
            .await
    }
}

fn other_servers(connection: &mut Connection, own: &ServerId) -> Result<Vec<Heartbeat>, Fault> {
    let rows: Vec<(String, i64)> = server::table
        .filter(server::id.ne(own.as_str()))
        .order(server::id)
        .select((server::id, server::beats))
        .load(connection)?;
    let mut others: Vec<Heartbeat> =
        rows.iter().map(|(id, beats)| Heartbeat { server: ServerId::from_text(id), beats: *beats }).collect();
    let busy: BTreeSet<ServerId> =
        running_tasks(connection)?.iter().map(|(_, lease)| ServerId::of(lease)).collect();
    for server in busy {
        if server != *own && !others.iter().any(|other| other.server == server) {
            others.push(Heartbeat { server, beats: 0 });
        }
    }
    Ok(others)
}

/// Loads every running task, with its lease.
fn running_tasks(connection: &mut Connection) -> Result<Vec<(Task, LeaseId)>, Fault> {
    let rows: Vec<TaskRow> = task::table
        .filter(task::status.eq(i32::from(Status::Running.code())))
        .order(task::id)
        .select(TaskRow::as_select())
        .load(connection)?;
    let mut running = Vec::new();
    for row in rows {
        let task = row.into_task()?;
        if let TaskState::Running { lease, .. } = &task.state {
            let lease = lease.clone();
            running.push((task, lease));
        }
    }
    Ok(running)
}
