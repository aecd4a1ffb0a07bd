//! `tikmatrix task`: creates, shows and changes tasks.

use anyhow::bail;
use clap::Subcommand;
use tikmatrix_api_types::Status;
use tikmatrix_api_types::tasks::TaskQuery;
use tikmatrix_client::Client;
use tikmatrix_domain::BatchOperation;

use super::Work;
use super::batch::{RetryAll, Selection};
use super::new_tasks::Create;
use super::show::{Column, Output};
use crate::cli::output::counted;

const COLUMNS: [Column; 9] = [
    ("ID", "/id"),
    ("STATUS", "/status_text"),
    ("SCRIPT", "/script_name"),
    ("SERIAL", "/serial"),
    ("USERNAME", "/username"),
    ("WAITS FOR", "/waiting_reason"),
    ("CREATED", "/created_at"),
    ("FAILURE", "/failure_code"),
    ("REMARK", "/remark"),
];
const LOG_COLUMNS: [Column; 3] = [("AT", "/at"), ("ATTEMPT", "/attempt"), ("TEXT", "/text")];

/// The commands about tasks.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Creates tasks and prints their numbers
    Create(Box<Create>),
    /// Lists tasks, newest first
    List(TaskQuery),
    /// Shows one task with its attempts and steps
    Show {
        /// Its number
        task_id: i64,
    },
    /// Prints the log of a task
    Log {
        /// Its number
        task_id: i64,
    },
    /// Counts the tasks by their status
    Stats,
    /// Waits until tasks have ended; fails if one of them failed
    Wait {
        /// Their numbers
        #[arg(required = true)]
        task_ids: Vec<i64>,
    },
    /// Stops running tasks
    Stop(Selection),
    /// Cancels tasks that have not finished: pending ones never run, running ones are stopped
    Cancel(Selection),
    /// Retries failed tasks, also those that were stopped or cancelled
    Retry(Selection),
    /// Retries every failed task, also those that were stopped or cancelled; asks first at a terminal
    RetryAll(RetryAll),
    /// Deletes tasks; running ones are stopped first
    Delete(Selection),
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let tasks = client.tasks();
        match self {
            Self::Create(create) => create.carry_out(client, output)?,
            Self::List(query) => output.list(&tasks.list(&query)?, "tasks", &COLUMNS)?,
            Self::Show { task_id } => output.one(&tasks.get(task_id)?)?,
            Self::Log { task_id } => output.list(&tasks.log(task_id)?, "lines", &LOG_COLUMNS)?,
            Self::Stats => output.one(&tasks.stats()?)?,
            Self::Wait { task_ids } => wait(client, output, &task_ids)?,
            Self::Stop(selection) => selection.carry_out(client, output, BatchOperation::Stop)?,
            Self::Cancel(selection) => selection.carry_out(client, output, BatchOperation::Cancel)?,
            Self::Retry(selection) => selection.carry_out(client, output, BatchOperation::Retry)?,
            Self::RetryAll(retry) => retry.carry_out(client, output)?,
            Self::Delete(selection) => selection.carry_out(client, output, BatchOperation::Delete)?,
        }
        Ok(())
    }
}

fn wait(client: &Client, output: Output, task_ids: &[i64]) -> anyhow::Result<()> {
    let mut failed = Vec::new();
    for id in task_ids {
        let detail = client.tasks().wait(*id, None)?;
        let (status, remark) = (detail.task.status_text, detail.task.remark.as_deref().unwrap_or_default());
        output.done(&detail, format!("Task {id}: {status} {remark}").trim_end())?;
        if status == Status::Failed {
            failed.push(id.to_string());
        }
    }
    if !failed.is_empty() {
        let of = counted(task_ids.len() as u64, "task");
        bail!("{} of {of} failed: {}", failed.len(), failed.join(", "));
    }
    Ok(())
}
