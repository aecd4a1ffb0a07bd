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

use clap::Subcommand;
use tikmatrix_api_types::tasks::{TaskPage, TaskQuery};
use tikmatrix_client::Client;
use tikmatrix_domain::BatchOperation;

use self::display::{Display, Lines};
use self::follow::Limit;
use super::Work;
use super::batch::{RetryAll, Selection};
use super::new_tasks::Create;
use super::paged::{MAX_PAGE, Paged};
use super::show::{Column, Output};
use crate::cli::options::arguments::parse_duration;

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
            Self::List(Paged { query, all: true }) => {
                output.all(
                    tasks.all(TaskQuery { page: TaskPage { page_size: MAX_PAGE, ..query.page }, ..query }),
                    "tasks",
                    &COLUMNS,
                )?;
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
            Self::Stop(selection) => selection.carry_out(client, output, BatchOperation::Stop)?,
            Self::Cancel(selection) => selection.carry_out(client, output, BatchOperation::Cancel)?,
            Self::Retry(selection) => selection.carry_out(client, output, BatchOperation::Retry)?,
            Self::RetryAll(retry) => retry.carry_out(client, output)?,
            Self::Delete(selection) => selection.carry_out(client, output, BatchOperation::Delete)?,
        }
        Ok(())
    }
}
