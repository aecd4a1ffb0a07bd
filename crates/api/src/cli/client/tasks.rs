//! `tikmatrix task`: making tasks, looking at them, and changing what becomes of them.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::http::{Client, with_query};
use super::show::{Column, Output};
use super::{Work, http};

const TASKS: &str = "/api/v1/task";
/// Between two looks at a task that is waited for.
const PAUSE: Duration = Duration::from_millis(500);
const COLUMNS: [Column; 8] = [
    ("ID", "/id"),
    ("STATUS", "/status_text"),
    ("SCRIPT", "/script_name"),
    ("SERIAL", "/serial"),
    ("USERNAME", "/username"),
    ("WAITS FOR", "/waiting_reason"),
    ("CREATED", "/created_at"),
    ("REMARK", "/remark"),
];

/// What can be done with tasks.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Makes tasks, and prints their numbers
    Create(Create),
    /// Lists tasks, newest first
    List(List),
    /// Shows one task with its attempts and steps
    Show {
        /// Its number
        task_id: u64,
    },
    /// Prints the log of a task
    Log {
        /// Its number
        task_id: u64,
    },
    /// Counts the tasks by their status
    Stats,
    /// Waits until tasks have ended; fails if one of them failed
    Wait {
        /// Their numbers
        #[arg(required = true)]
        task_ids: Vec<u64>,
    },
    /// Stops a running task
    Stop {
        /// Its number
        task_id: u64,
    },
    /// Lets a failed task begin again
    Retry {
        /// Its number
        task_id: u64,
    },
    /// Lets every failed task begin again
    RetryAll,
    /// Deletes tasks; running ones are stopped first
    Delete {
        /// Their numbers, at most 1,000
        #[arg(required = true)]
        task_ids: Vec<u64>,
    },
}

/// What tasks are made of. What is not given is left to the server.
#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    /// The script that the tasks run
    #[arg(long, env = "TIKMATRIX_TASK_SCRIPT", value_name = "NAME")]
    script: String,
    /// The script's configuration as JSON, or @FILE
    #[arg(long, env = "TIKMATRIX_TASK_SCRIPT_CONFIG", value_name = "JSON|@FILE", default_value = "{}")]
    script_config: String,
    /// A phone; may be given more than once
    #[arg(long, env = "TIKMATRIX_TASK_SERIAL", value_delimiter = ',')]
    serial: Vec<String>,
    /// An account, instead of phones; may be given more than once
    #[arg(long, env = "TIKMATRIX_TASK_USERNAME", value_delimiter = ',')]
    username: Vec<String>,
    /// One task for each enabled account of each phone
    #[arg(long, env = "TIKMATRIX_TASK_ENABLE_MULTI_ACCOUNT")]
    enable_multi_account: bool,
    /// The next time the clock shows this
    #[arg(long, env = "TIKMATRIX_TASK_START_TIME", value_name = "HH:MM")]
    start_time: Option<String>,
    /// The zone of that clock, such as Europe/Berlin
    #[arg(long, env = "TIKMATRIX_TASK_TIMEZONE", value_name = "ZONE")]
    timezone: Option<String>,
    /// Minutes at least between two tasks of a phone
    #[arg(long, env = "TIKMATRIX_TASK_MIN_INTERVAL", value_name = "MINUTES")]
    min_interval: Option<f64>,
    /// Minutes at most between two tasks of a phone
    #[arg(long, env = "TIKMATRIX_TASK_MAX_INTERVAL", value_name = "MINUTES")]
    max_interval: Option<f64>,
    /// -100 to 100; higher runs first
    #[arg(long, env = "TIKMATRIX_TASK_PRIORITY", allow_negative_numbers = true)]
    priority: Option<i64>,
    /// How many times a task may begin again by itself
    #[arg(long, env = "TIKMATRIX_TASK_MAX_RETRIES", value_name = "N")]
    max_retries: Option<u64>,
    /// The longest that a task may work
    #[arg(long, env = "TIKMATRIX_TASK_TIMEOUT", value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Makes the tasks once, however often this is sent
    #[arg(long, env = "TIKMATRIX_TASK_IDEMPOTENCY_KEY", value_name = "KEY")]
    idempotency_key: Option<String>,
}

/// Which tasks are listed.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Only tasks in this state
    #[arg(long, env = "TIKMATRIX_TASK_STATUS", value_parser = ["pending", "running", "completed", "failed"])]
    status: Option<String>,
    /// Only tasks of this phone
    #[arg(long, env = "TIKMATRIX_TASK_SERIAL")]
    serial: Option<String>,
    /// Only tasks of this account
    #[arg(long, env = "TIKMATRIX_TASK_USERNAME")]
    username: Option<String>,
    /// Only tasks that run this script
    #[arg(long, env = "TIKMATRIX_TASK_SCRIPT")]
    script: Option<String>,
    /// Only tasks that a program made (api) or a person in the console (ui)
    #[arg(long, env = "TIKMATRIX_TASK_SOURCE", value_parser = ["api", "ui"])]
    source: Option<String>,
    /// The page, from 1
    #[arg(long, env = "TIKMATRIX_TASK_PAGE")]
    page: Option<u64>,
    /// Tasks on a page
    #[arg(long, env = "TIKMATRIX_TASK_PAGE_SIZE", value_name = "N")]
    page_size: Option<u64>,
    /// Reads on behind a page, by its `next_cursor`
    #[arg(long, env = "TIKMATRIX_TASK_CURSOR")]
    cursor: Option<String>,
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.carry_out(client, output)?,
            Self::List(list) => output.list(&client.get(&list.path())?, "tasks", &COLUMNS),
            Self::Show { task_id } => output.one(&client.get(&path(task_id))?),
            Self::Log { task_id } => {
                let log = client.get(&format!("{}/log", path(task_id)))?;
                output.list(&log, "lines", &[("AT", "/at"), ("ATTEMPT", "/attempt"), ("TEXT", "/text")]);
            }
            Self::Stats => output.one(&client.get(&format!("{TASKS}/stats"))?),
            Self::Wait { task_ids } => wait(client, output, &task_ids)?,
            Self::Stop { task_id } => {
                let stopped = client.send(Method::POST, &format!("{}/stop", path(task_id)), None)?;
                output.done(&stopped, &format!("Stopped task {task_id}."));
            }
            Self::Retry { task_id } => {
                let retried = client.send(Method::POST, &format!("{}/retry", path(task_id)), None)?;
                output.done(&retried, &format!("Task {task_id} begins again."));
            }
            Self::RetryAll => {
                let retried = client.send(Method::POST, &format!("{TASKS}/retry-all"), None)?;
                output.done(&retried, &format!("{} tasks begin again.", retried["retried_count"]));
            }
            Self::Delete { task_ids } => {
                let body = json!({ "task_ids": task_ids });
                let deleted = client.send(Method::POST, &format!("{TASKS}/batch-delete"), Some(&body))?;
                output.done(&deleted, &format!("Deleted {} tasks.", deleted["deleted_count"]));
                if let Some(missing) = deleted["not_found"].as_array().filter(|missing| !missing.is_empty()) {
                    bail!("there are no tasks {}", Value::from(missing.clone()));
                }
            }
        }
        Ok(())
    }
}

impl Create {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let key = self.idempotency_key.clone();
        let headers: Vec<(&str, &str)> =
            key.as_deref().map(|key| ("Idempotency-Key", key)).into_iter().collect();
        let created = client.send_with(Method::POST, TASKS, &headers, Some(&self.body()?))?;
        for warning in created["warnings"].as_array().into_iter().flatten() {
            eprintln!("warning: {}", warning.as_str().unwrap_or_default());
        }
        let ids: Vec<String> =
            created["task_ids"].as_array().into_iter().flatten().map(Value::to_string).collect();
        output.done(&created, &ids.join("\n"));
        Ok(())
    }

    fn body(self) -> anyhow::Result<Value> {
        let text = match self.script_config.strip_prefix('@') {
            Some(file) => std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?,
            None => self.script_config,
        };
        let config: Value = serde_json::from_str(&text).context("--script-config is not JSON")?;
        let mut body = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        set("script_name", Some(self.script.into()));
        set("script_config", Some(config));
        set("serials", (!self.serial.is_empty()).then(|| self.serial.into()));
        set("usernames", (!self.username.is_empty()).then(|| self.username.into()));
        set("enable_multi_account", self.enable_multi_account.then(|| true.into()));
        set("start_time", self.start_time.map(Value::from));
        set("timezone", self.timezone.map(Value::from));
        set("min_interval", self.min_interval.map(Value::from));
        set("max_interval", self.max_interval.map(Value::from));
        set("priority", self.priority.map(Value::from));
        set("max_retries", self.max_retries.map(Value::from));
        set("timeout", self.timeout.map(Value::from));
        Ok(Value::Object(body))
    }
}

impl List {
    fn path(self) -> String {
        let code = |status: &str| match status {
            "pending" => "0",
            "running" => "1",
            "completed" => "2",
            _ => "3",
        };
        with_query(
            TASKS,
            &[
                ("status", self.status.as_deref().map(|status| code(status).to_owned())),
                ("serial", self.serial),
                ("username", self.username),
                ("script_name", self.script),
                ("source", self.source),
                ("page", self.page.map(|page| page.to_string())),
                ("page_size", self.page_size.map(|size| size.to_string())),
                ("cursor", self.cursor),
            ],
        )
    }
}

fn path(task_id: u64) -> String {
    http::below(TASKS, &task_id.to_string())
}

fn wait(client: &Client, output: Output, task_ids: &[u64]) -> anyhow::Result<()> {
    let mut failed = Vec::new();
    for id in task_ids {
        let task = loop {
            let task = client.get(&path(*id))?;
            if !task["finished_at"].is_null() && task["status"].as_u64() >= Some(2) {
                break task;
            }
            std::thread::sleep(PAUSE);
        };
        let status = task["status_text"].as_str().unwrap_or_default();
        output.done(
            &task,
            format!("Task {id}: {status} {}", task["remark"].as_str().unwrap_or_default()).trim_end(),
        );
        if status == "failed" {
            failed.push(id.to_string());
        }
    }
    if !failed.is_empty() {
        bail!("of {} tasks {} failed: {}", task_ids.len(), failed.len(), failed.join(", "));
    }
    Ok(())
}
