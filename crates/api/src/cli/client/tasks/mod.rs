//! `tikmatrix task`: creates, shows and changes tasks.

mod artifacts;
mod display;
#[cfg(test)]
mod fixture;
mod follow;
mod show;
mod waiting;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::Subcommand;
use tikmatrix_api_types::tasks::TaskQuery;
use tikmatrix_client::Client;

use self::display::{Display, Lines};
use self::follow::Limit;
use super::Work;
use super::new_tasks::Create;
use super::paged::{MAX_PAGE, Paged};
use super::show::{Column, Output};
use crate::cli::options::arguments::parse_duration;
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
    List(Paged<TaskQuery>),
    /// Shows one task: its status and why, what happened when, and its evidence
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
    /// Waits until tasks have ended, also over a restart of the server; fails if one of them failed
    Wait {
        /// Their numbers
        #[arg(required = true)]
        task_ids: Vec<i64>,
        /// The longest to wait, such as 90s, 10m or 2h [default: without an end]
        #[arg(long, env = "TIKMATRIX_WAIT_TIMEOUT", value_name = "TIME", value_parser = parse_duration)]
        timeout: Option<Duration>,
    },
    /// Shows tasks as they change, until they have ended; without numbers, those that run or wait
    Watch {
        /// Their numbers
        task_ids: Vec<i64>,
        /// The longest to watch, such as 90s, 10m or 2h [default: without an end]
        #[arg(long, env = "TIKMATRIX_WAIT_TIMEOUT", value_name = "TIME", value_parser = parse_duration)]
        timeout: Option<Duration>,
    },
    /// Fetches the files of a task: screens and tapes of failed attempts, and what its script attached
    Artifacts {
        /// Its number
        task_id: i64,
        /// The folder to write them into, made when it is missing
        #[arg(short, long, env = "TIKMATRIX_ARTIFACTS_DIR", value_name = "DIR", default_value = ".")]
        dir: PathBuf,
        /// The file that is wanted; may be given more than once [default: all]
        #[arg(long, env = "TIKMATRIX_ARTIFACTS_NAME", value_name = "NAME", value_delimiter = ',')]
        name: Vec<String>,
    },
    /// Stops a running task
    Stop {
        /// Its number
        task_id: i64,
    },
    /// Cancels a task that has not finished: a pending one never runs, a running one is stopped
    Cancel {
        /// Its number
        task_id: i64,
    },
    /// Retries a failed task
    Retry {
        /// Its number
        task_id: i64,
    },
    /// Retries every failed task, also those that were stopped or cancelled
    RetryAll,
    /// Deletes tasks; running ones are stopped first
    Delete {
        /// Their numbers, at most 1,000
        #[arg(required = true)]
        task_ids: Vec<i64>,
    },
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let tasks = client.tasks();
        match self {
            Self::Create(create) => create.carry_out(client, output)?,
            Self::List(Paged { query, all: true }) => {
                output.all(tasks.all(TaskQuery { page_size: MAX_PAGE, ..query }), "tasks", &COLUMNS)?;
            }
            Self::List(Paged { query, .. }) => output.list(&tasks.list(&query)?, "tasks", &COLUMNS)?,
            Self::Show { task_id } => {
                let detail = tasks.get(task_id)?;
                output.page(&detail, |style| show::page(&detail, style))?;
            }
            Self::Log { task_id } => output.list(&tasks.log(task_id)?, "lines", &LOG_COLUMNS)?,
            Self::Stats => output.one(&tasks.stats()?)?,
            Self::Wait { task_ids, timeout } => {
                let display = Display::new(output, Lines::Ends);
                follow::to_the_end(client, display, &task_ids, Limit::new(timeout))?;
            }
            Self::Watch { task_ids, timeout } => {
                let (display, limit) = (Display::new(output, Lines::Changes), Limit::new(timeout));
                if task_ids.is_empty() {
                    follow::all(client, display, limit)?;
                } else {
                    follow::to_the_end(client, display, &task_ids, limit)?;
                }
            }
            Self::Artifacts { task_id, dir, name } => artifacts::fetch(client, output, task_id, &dir, &name)?,
            Self::Stop { task_id } => {
                output.done(&tasks.stop(task_id)?, &format!("Stopped task {task_id}."))?;
            }
            Self::Cancel { task_id } => {
                output.done(&tasks.cancel(task_id)?, &format!("Cancelled task {task_id}."))?;
            }
            Self::Retry { task_id } => {
                output.done(&tasks.retry(task_id)?, &format!("Task {task_id} is pending again."))?;
            }
            Self::RetryAll => {
                let retried = tasks.retry_all()?;
                let is = if retried.retried_count == 1 { "is" } else { "are" };
                let count = counted(retried.retried_count as u64, "task");
                output.done(&retried, &format!("{count} {is} pending again."))?;
            }
            Self::Delete { task_ids } => {
                let deleted = tasks.delete_batch(&task_ids)?;
                output
                    .done(&deleted, &format!("Deleted {}.", counted(deleted.deleted_count as u64, "task")))?;
                if !deleted.not_found.is_empty() {
                    let missing: Vec<String> = deleted.not_found.iter().map(i64::to_string).collect();
                    bail!("there is no task {}", missing.join(", "));
                }
            }
        }
        Ok(())
    }
}
