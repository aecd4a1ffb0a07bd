//! Operations on several tasks, by their numbers or by filters: `tikmatrix task stop`, `cancel`, `retry`, `delete` and
//! `retry-all`.

use std::io::{self, IsTerminal as _, Write as _};
use std::str::FromStr;

use anyhow::bail;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use clap::builder::BoolishValueParser;
use serde::Serialize;
use tikmatrix_api_types::fields::{FailureCode, Moment, Name};
use tikmatrix_api_types::tasks::{BatchFilter, Retried, SkippedTask, Task, TaskBatch, TaskFilter};
use tikmatrix_client::Client;
use tikmatrix_domain::{BatchOperation, Status};

use super::show::Output;
use crate::cli::options::arguments::parse_duration;
use crate::cli::output::counted;
use crate::cli::output::failure::{Cause, Failure};

/// The most tasks that one request may name.
const MAX_IDS: usize = 1000;

/// The tasks that a command is for.
#[derive(Debug, Args)]
pub(in crate::cli) struct Selection {
    /// Their numbers, at most 1,000; without numbers every task that meets all of the filters, or with --all every task
    task_ids: Vec<i64>,
    #[command(flatten)]
    filter: BatchFilter,
    /// Shows how many tasks it would be, and changes nothing
    #[arg(long, env = "TIKMATRIX_TASK_DRY_RUN", value_parser = BoolishValueParser::new())]
    dry_run: bool,
}

impl Selection {
    /// Does `operation` with the tasks, and shows what was done.
    ///
    /// # Errors
    /// When the server refuses, and when a task that was named does not exist or was skipped.
    pub(super) fn carry_out(
        self,
        client: &Client,
        output: Output,
        operation: BatchOperation,
    ) -> anyhow::Result<()> {
        let batch = TaskBatch {
            task_ids: (!self.task_ids.is_empty())
                .then(|| TaskBatch::from(&*self.task_ids).task_ids)
                .flatten(),
            filter: (!self.filter.is_empty()).then_some(self.filter),
        };
        if batch == TaskBatch::default() {
            bail!("name tasks by their numbers, or by filters such as --status failed; --all is every task");
        }
        let (tasks, dry_run) = (client.tasks(), self.dry_run);
        let done = Done { task_ids: &self.task_ids, operation, dry_run };
        match operation {
            BatchOperation::Stop => {
                let stopped = tasks.batches().stop(&batch, dry_run)?;
                done.show(output, &stopped, stopped.stopped_count, &stopped.not_found, &stopped.skipped)
            }
            BatchOperation::Cancel => {
                let cancelled = tasks.batches().cancel(&batch, dry_run)?;
                let count = cancelled.cancelled_count;
                done.show(output, &cancelled, count, &cancelled.not_found, &cancelled.skipped)
            }
            BatchOperation::Retry => {
                let retried = tasks.batches().retry(&batch, dry_run)?;
                done.show(output, &retried, retried.retried_count, &retried.not_found, &retried.skipped)
            }
            BatchOperation::Delete => {
                let deleted = tasks.batches().delete(&batch, dry_run)?;
                done.show(output, &deleted, deleted.deleted_count, &deleted.not_found, &[])
            }
        }
    }
}

/// What was asked for, to be shown with its result.
struct Done<'asked> {
    task_ids: &'asked [i64],
    operation: BatchOperation,
    dry_run: bool,
}

impl Done<'_> {
    fn show(
        &self,
        output: Output,
        answer: &impl Serialize,
        count: u64,
        not_found: &[i64],
        skipped: &[SkippedTask],
    ) -> anyhow::Result<()> {
        if let ([_], [], [only]) = (self.task_ids, not_found, skipped) {
            bail!("{}", only.reason);
        }
        if let ([id], [_]) = (self.task_ids, not_found) {
            return Err(gone(&id.to_string()));
        }
        output.done(answer, &self.sentence(count))?;
        for SkippedTask { reason, .. } in skipped {
            output.explain(&format!("skipped: {reason}"));
        }
        if !not_found.is_empty() {
            let missing: Vec<String> = not_found.iter().map(i64::to_string).collect();
            return Err(gone(&missing.join(", ")));
        }
        // Of a filter it is no failure that a task has just ended on its own.
        if !skipped.is_empty() && !self.task_ids.is_empty() {
            bail!("skipped {} of {}", skipped.len(), counted(self.task_ids.len() as u64, "task"));
        }
        Ok(())
    }

    fn sentence(&self, count: u64) -> String {
        let (tasks, is) = match self.task_ids {
            [id] => (format!("task {id}"), "is"),
            _ if count == 1 => ("1 task".to_owned(), "is"),
            _ => (counted(count, "task"), "are"),
        };
        let done = match self.operation {
            BatchOperation::Stop => "stopped",
            BatchOperation::Cancel => "cancelled",
            BatchOperation::Retry => "retried",
            BatchOperation::Delete => "deleted",
        };
        match self.operation {
            _ if self.dry_run => capitalized(&format!("{tasks} would be {done}.")),
            BatchOperation::Retry => capitalized(&format!("{tasks} {is} pending again.")),
            _ => capitalized(&format!("{done} {tasks}.")),
        }
    }
}

/// Returns the failure of a command that named tasks which do not exist.
fn gone(tasks: &str) -> anyhow::Error {
    Failure { cause: Cause::Gone, message: format!("there is no task {tasks}") }.into()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The failed tasks that are to be retried.
#[derive(Debug, Args)]
pub(in crate::cli) struct RetryAll {
    /// Only tasks of this script
    #[arg(long, env = "TIKMATRIX_TASK_SCRIPT")]
    script: Option<Name>,
    /// Only tasks that failed since then: a moment such as 2026-03-01T14:30:00+02:00, or how long ago, such as 90m, 2h or 3d
    #[arg(long, env = "TIKMATRIX_TASK_SINCE", value_name = "MOMENT|AGO")]
    since: Option<Since>,
    /// Only tasks that failed with this code
    #[arg(long, env = "TIKMATRIX_TASK_CODE")]
    code: Option<FailureCode>,
    /// Does not ask first. Only a person at a terminal is asked
    #[arg(long, env = "TIKMATRIX_TASK_YES", value_parser = BoolishValueParser::new())]
    yes: bool,
}

impl RetryAll {
    /// Counts the tasks, asks a person who can answer, and retries them.
    ///
    /// # Errors
    /// When the server refuses, or the person does.
    pub(super) fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let tasks = client.tasks();
        let filter = TaskFilter {
            status: Some(Status::Failed.code()),
            script_name: self.script,
            failure_code: self.code,
            ..TaskFilter::default()
        };
        // The server has no filter for the end of a task: those are read, and retried by their numbers.
        let chosen = match self.since {
            None => None,
            Some(since) => Some(failed_since(client, filter.clone(), since.before(Utc::now()))?),
        };
        if !self.yes && !output.is_json() && io::stdin().is_terminal() {
            let count = match &chosen {
                Some(ids) => ids.len() as u64,
                None => tasks.batches().retry(&filter.clone().into(), true)?.retried_count,
            };
            if count > 0 && !ask(&format!("Retry {}?", counted(count, "failed task")))? {
                bail!("nothing was retried");
            }
        }
        let retried_count = match chosen {
            Some(ids) => {
                let mut retried = 0;
                for ids in ids.chunks(MAX_IDS) {
                    retried += tasks.batches().retry(&ids.into(), false)?.retried_count;
                }
                retried
            }
            None => tasks.batches().retry(&filter.into(), false)?.retried_count,
        };
        let is = if retried_count == 1 { "is" } else { "are" };
        let count = counted(retried_count, "task");
        output.done(&Retried { retried_count }, &format!("{count} {is} pending again."))
    }
}

/// Reads the numbers of the tasks that match `filter` and ended at `since` or later.
fn failed_since(client: &Client, filter: TaskFilter, since: DateTime<Utc>) -> anyhow::Result<Vec<i64>> {
    let ended_since = |task: &Task| task.finished_at.is_some_and(|at| DateTime::<Utc>::from(at) >= since);
    let mut ids = Vec::new();
    for task in client.tasks().all(filter.into()) {
        let task = task?;
        if ended_since(&task) {
            ids.push(task.id);
        }
    }
    Ok(ids)
}

/// Asks a person, for whom no is the answer that needs no thought.
fn ask(question: &str) -> io::Result<bool> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// The start of a span of time that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Since {
    Moment(Moment),
    Ago(TimeDelta),
}

impl Since {
    fn before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Moment(moment) => moment.into(),
            Self::Ago(ago) => now.checked_sub_signed(ago).unwrap_or(DateTime::<Utc>::MIN_UTC),
        }
    }
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(moment) = text.parse() {
            return Ok(Self::Moment(moment));
        }
        let ago = parse_duration(text).ok().and_then(|ago| TimeDelta::from_std(ago).ok());
        ago.map(Self::Ago)
            .ok_or("is neither a moment such as 2026-03-01T14:30:00+02:00 nor how long ago, such as 2h")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_and_a_span_before_now_are_read_and_nothing_else() {
        let now: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
        for (text, since) in [
            ("2026-03-01T14:30:00+02:00", "2026-03-01T12:30:00Z"),
            ("90m", "2026-03-01T10:30:00Z"),
            ("2h", "2026-03-01T10:00:00Z"),
            ("3d", "2026-02-26T12:00:00Z"),
            ("0s", "2026-03-01T12:00:00Z"),
        ] {
            let since: DateTime<Utc> = since.parse().unwrap();
            assert_eq!(text.parse::<Since>().unwrap().before(now), since, "{text}");
        }
        assert_eq!("100000000d".parse::<Since>().unwrap().before(now), DateTime::<Utc>::MIN_UTC);
        for text in ["", "h", "-2h", "2w", "2026-03-01", "9223372036854775807d", "2\u{6642}"] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
    }
}
