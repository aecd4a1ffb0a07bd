//! `tikmatrix status`: phones, queue, plan and version on one screen, with what to do next.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Local, NaiveTime, Utc};
use clap::Args;
use serde::Serialize;
use tikmatrix_api_types::devices::{Device, DeviceQuery, DeviceState};
use tikmatrix_api_types::license::License;
use tikmatrix_api_types::tasks::{Stats, Task, TaskFilter, TaskPage, TaskQuery};
use tikmatrix_api_types::{Health, Status};
use tikmatrix_client::{Client, Error};

use super::Work;
use super::show::Output;
use crate::cli::output::{counted, printable};

/// The code of a server that cannot do its work.
const DEGRADED: u32 = 50301;
/// How many waiting, and how many failed tasks are read, newest first; the rest is only counted.
const MAX_READ: usize = 1_000;
const PAGE_SIZE: u32 = 100;
/// How many of several causes are named.
const MAX_CAUSES: usize = 6;

/// The options of `status`.
#[derive(Debug, Args)]
pub(in crate::cli) struct StatusOptions {}

/// The state of a server.
#[derive(Debug, Serialize)]
struct Report {
    server: String,
    version: String,
    /// Why it is degraded, if it is.
    problems: Vec<String>,
    license: License,
    /// Whether no task is started.
    paused: bool,
    /// How many phones are in each state.
    phones: BTreeMap<&'static str, u64>,
    tasks: Stats,
    /// How many of the waiting tasks that were read wait for each reason.
    waiting: BTreeMap<String, u64>,
    waiting_read: u64,
    /// How many of the failed tasks that were read failed today, by their codes.
    failed_today: BTreeMap<String, u64>,
}

impl Work for StatusOptions {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let report = ask(client)?;
        output.say(&report, || screen(&report, Utc::now()).trim_end().to_owned())
    }
}

fn ask(client: &Client) -> Result<Report, Error> {
    let health = health(client)?;
    let waiting = newest(client, Status::Pending)?;
    let today = Local::now().with_time(NaiveTime::MIN).earliest().unwrap_or_else(Local::now).to_utc();
    let failed = newest(client, Status::Failed)?;
    let devices = client.devices().all(DeviceQuery::default()).collect::<Result<Vec<_>, _>>()?;
    Ok(Report {
        server: client.url().to_owned(),
        version: health.version,
        problems: health.reasons,
        license: client.license()?,
        paused: client.settings()?.paused,
        phones: states(&devices),
        tasks: client.tasks().stats()?,
        waiting: count(waiting.iter().map(reason)),
        waiting_read: waiting.len() as u64,
        failed_today: count(failed.iter().filter(|task| ended_since(task, today)).map(code)),
    })
}

/// Returns the health of a server, also of one that answers that it is degraded.
///
/// # Errors
/// As of every request.
pub(in crate::cli) fn health(client: &Client) -> Result<Health, Error> {
    match client.health() {
        Err(Error::Refused(refusal)) if refusal.code == DEGRADED => Ok(Health {
            status: "degraded".to_owned(),
            reasons: vec![refusal.message],
            // It is in no error.
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }),
        health => health,
    }
}

fn newest(client: &Client, status: Status) -> Result<Vec<Task>, Error> {
    let query = TaskQuery {
        filter: TaskFilter { status: Some(status.code()), ..TaskFilter::default() },
        page: TaskPage { page_size: Some(PAGE_SIZE), ..TaskPage::default() },
    };
    client.tasks().all(query).take(MAX_READ).collect()
}

fn states(devices: &[Device]) -> BTreeMap<&'static str, u64> {
    let mut states = BTreeMap::new();
    for device in devices {
        *states.entry(device.state.as_str()).or_default() += 1;
    }
    states
}

fn count(names: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// Why a task waits; one without a reason is about to be started.
fn reason(task: &Task) -> String {
    task.waiting_reason.as_ref().map_or_else(|| "starting".to_owned(), ToString::to_string)
}

fn code(task: &Task) -> String {
    task.failure_code.as_ref().map_or_else(|| "no code".to_owned(), ToString::to_string)
}

fn ended_since(task: &Task, moment: DateTime<Utc>) -> bool {
    task.finished_at.is_some_and(|end| end.0.to_utc() >= moment)
}

/// The report on a screen of 24 lines with 80 columns.
fn screen(report: &Report, now: DateTime<Utc>) -> String {
    let mut lines = String::new();
    let mut line = |name: &str, text: String| {
        let _ = writeln!(lines, "{name:9} {}", printable(&text));
    };
    line("server", format!("{}, version {}", report.server, report.version));
    for problem in report.problems.iter().take(3) {
        line("PROBLEM", problem.clone());
    }
    line("plan", plan(&report.license, now));
    let phones: u64 = report.phones.values().sum();
    line(
        "phones",
        with_parts(counted(phones, "phone"), report.phones.iter().map(|(name, count)| (*name, *count))),
    );
    let Stats { pending, running, completed, failed, .. } = report.tasks;
    line("tasks", format!("{pending} pending, {running} running, {completed} completed, {failed} failed"));
    if report.waiting_read > 0 {
        let read = if report.waiting_read < pending {
            format!("the newest {}", report.waiting_read)
        } else {
            "they".into()
        };
        let waiting = report.waiting.iter().map(|(name, count)| (name.as_str(), *count));
        line("waiting", with_parts(format!("{read} wait for"), waiting));
    }
    let today: u64 = report.failed_today.values().sum();
    let codes = report.failed_today.iter().map(|(name, count)| (name.as_str(), *count));
    line("today", with_parts(format!("{today} failed"), codes));
    for (number, next) in next(report).into_iter().enumerate() {
        line(if number == 0 { "next" } else { "" }, next);
    }
    lines
}

fn plan(license: &License, now: DateTime<Utc>) -> String {
    let trial = if license.trial { ", a trial" } else { "" };
    let mut text = format!(
        "{}{trial}, {} at work at once",
        license.plan_name.as_str(),
        counted(license.device_limit.into(), "phone")
    );
    if let Some(end) = license.expires_at {
        let days = (end.0.to_utc() - now).num_days().max(0);
        let _ = write!(text, ", ends in {}", counted(days.unsigned_abs(), "day"));
    }
    text
}

/// `8 phones: 5 ready, 3 absent`, the most frequent first.
fn with_parts<'name>(text: String, parts: impl Iterator<Item = (&'name str, u64)>) -> String {
    let mut parts: Vec<_> = parts.collect();
    parts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = parts.len().saturating_sub(MAX_CAUSES);
    let mut shown: Vec<String> =
        parts.iter().take(MAX_CAUSES).map(|(name, count)| format!("{count} {name}")).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    if shown.is_empty() { text } else { format!("{text}: {}", shown.join(", ")) }
}

/// What to do next, the most urgent first.
fn next(report: &Report) -> Vec<String> {
    let mut next = Vec::new();
    let usable = [DeviceState::Ready, DeviceState::Busy, DeviceState::Connecting];
    let unusable = report.phones.keys().any(|state| usable.iter().all(|it| it.as_str() != *state));
    if report.phones.is_empty() {
        next.push("plug a phone in, or `tikmatrix device add HOST:PORT`");
    }
    if !report.problems.is_empty() || unusable {
        next.push("`tikmatrix doctor` says what to do about phones and problems");
    }
    if !report.license.api_enabled {
        next.push("`tikmatrix license install FILE`");
    }
    if report.paused {
        next.push("everything is paused: `tikmatrix resume`");
    }
    if !report.failed_today.is_empty() {
        next.push("`tikmatrix task list --status failed`, then `tikmatrix task show ID`");
    }
    if report.tasks.total == 0 {
        next.push("`tikmatrix task create --help` shows how to publish the first video");
    }
    next.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Report {
        let license = json!({
            "plan_name": "Pro", "api_enabled": true, "device_limit": 20, "message": "",
            "expires_at": "2026-12-31T10:00:00Z", "trial": true,
        });
        Report {
            server: "http://127.0.0.1:50809".to_owned(),
            version: "1.0.0".to_owned(),
            problems: Vec::new(),
            license: serde_json::from_value(license).unwrap(),
            paused: false,
            phones: [("absent", 3), ("ready", 5)].into(),
            tasks: Stats { total: 8, pending: 5, running: 1, completed: 0, failed: 2 },
            waiting: [("scheduled".to_owned(), 4), ("device_offline".to_owned(), 1)].into(),
            waiting_read: 5,
            failed_today: [("app_changed".to_owned(), 2)].into(),
        }
    }

    fn shown(report: &Report) -> String {
        screen(report, "2026-12-01T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_farm_at_work_fits_on_a_screen() {
        assert_eq!(
            shown(&report()),
            "server    http://127.0.0.1:50809, version 1.0.0\n\
             plan      Pro, a trial, 20 phones at work at once, ends in 30 days\n\
             phones    8 phones: 5 ready, 3 absent\n\
             tasks     5 pending, 1 running, 0 completed, 2 failed\n\
             waiting   they wait for: 4 scheduled, 1 device_offline\n\
             today     2 failed: 2 app_changed\n\
             next      `tikmatrix doctor` says what to do about phones and problems\n          \
             `tikmatrix task list --status failed`, then `tikmatrix task show ID`\n"
        );
    }

    #[test]
    fn an_empty_server_says_what_to_do_next() {
        let empty = Report {
            phones: BTreeMap::new(),
            tasks: Stats { total: 0, pending: 0, running: 0, completed: 0, failed: 0 },
            waiting: BTreeMap::new(),
            waiting_read: 0,
            failed_today: BTreeMap::new(),
            ..report()
        };
        let text = shown(&empty);
        for part in ["0 phones\n", "0 failed\n", "device add HOST:PORT", "task create --help"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn the_worst_server_still_fits() {
        let mut worst = report();
        worst.problems = (0..30).map(|number| format!("problem\n{number}")).collect();
        worst.license.api_enabled = false;
        worst.paused = true;
        worst.tasks.pending = 5_000;
        worst.phones = DeviceState::ALL.iter().map(|state| (state.as_str(), 1)).collect();
        worst.failed_today = (0..30).map(|number| (format!("script:word{number}"), 1)).collect();
        let text = shown(&worst);
        assert!(text.lines().count() <= 24, "{text}");
        for part in ["the newest 5 wait for", "24 more", "tikmatrix resume", "license install"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
