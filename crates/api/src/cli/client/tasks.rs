//! `tikmatrix task`: creates, shows and changes tasks.

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::Value;
use tikmatrix_api::read_text_file;
use tikmatrix_api_types::Status;
use tikmatrix_api_types::tasks::{NewTasks, TaskQuery};
use tikmatrix_client::Client;
use tikmatrix_domain::BatchOperation;
use tikmatrix_validation::json::without_mark;

use super::Work;
use super::batch::{RetryAll, Selection};
use super::show::{Column, Output};
use crate::cli::output::{complain, counted};

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
    Create(Create),
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

/// The tasks to create. What is not given is left to the server.
#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    #[command(flatten)]
    tasks: NewTasks,
    /// The script's configuration as JSON, or @FILE
    #[arg(long, env = "TIKMATRIX_TASK_SCRIPT_CONFIG", value_name = "JSON|@FILE", default_value = "{}")]
    script_config: String,
    /// Creates the tasks once, however often this is sent
    #[arg(long, env = "TIKMATRIX_TASK_IDEMPOTENCY_KEY", value_name = "KEY")]
    idempotency_key: Option<String>,
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

impl Create {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let script_config = script_config(self.script_config)?;
        let tasks = NewTasks { script_config, ..self.tasks };
        let created = match self.idempotency_key {
            Some(key) => client.tasks().create_once(&tasks, &key)?,
            None => client.tasks().create(&tasks)?,
        };
        for warning in &created.warnings {
            complain(format_args!("warning: {warning}"));
        }
        let ids: Vec<String> = created.task_ids.iter().map(i64::to_string).collect();
        output.done(&created, &ids.join("\n"))
    }
}

/// Reads a configuration that is given as JSON, or as the file that holds it.
fn script_config(given: String) -> anyhow::Result<Value> {
    let text = match given.strip_prefix('@') {
        Some(file) => read_text_file(Path::new(file)).with_context(|| format!("cannot read {file}"))?,
        None => given,
    };
    serde_json::from_str(without_mark(&text)).context("--script-config is not JSON")
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_configuration_is_read_from_its_file_behind_a_byte_order_mark() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        let given = || format!("@{}", file.display());
        let missing = script_config(given()).unwrap_err().to_string();
        assert!(missing.starts_with("cannot read ") && missing.contains("config.json"), "{missing}");
        std::fs::write(&file, "\u{feff}{\"captions\": \"a\"}").unwrap();
        assert_eq!(script_config(given()).unwrap(), json!({"captions": "a"}));
        assert_eq!(script_config("{}".to_owned()).unwrap(), json!({}));
    }
}
