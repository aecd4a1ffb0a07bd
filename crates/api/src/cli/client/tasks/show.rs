//! One task for people: its status and reason, what happened when, and where its evidence is.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use tikmatrix_api_types::Source;
use tikmatrix_api_types::tasks::{Attempt, Step, Task, TaskDetail};
use tikmatrix_domain::clean_to;

use super::waiting::explanation;
use crate::cli::output::printable;
use crate::cli::output::style::Style;
use crate::cli::output::table::{Fit, table};

/// The longest configuration or result that is shown, in characters.
const MAX_JSON: usize = 400;
const TROUBLESHOOTING: &str = "docs/troubleshooting.md";

/// Formats one task.
pub(super) fn page(detail: &TaskDetail, style: Style) -> String {
    let task = &detail.task;
    let mut parts = vec![format!("{}\n{}", headline(task, style), what(task))];
    parts.extend(reason(task));
    parts.push(times(task, style));
    if !detail.attempts.is_empty() {
        parts.push(format!("{}\n{}", style.heading("Timeline"), timeline(detail, style)));
    }
    if !detail.artifacts.is_empty() {
        parts.push(format!("{}\n{}", style.heading("Evidence"), evidence(detail, style)));
    }
    if let Some(result) = &detail.result {
        parts.push(format!("{}\n  {}", style.heading("Result"), json(&result.to_string(), "result")));
    }
    if let Some(config) = &task.script_config {
        parts.push(format!("{}\n  {}", style.heading("Configuration"), json(config.get(), "script_config")));
    }
    parts.join("\n\n")
}

/// Formats the state of a task on one line: `Task 7: running, 40 %, Writing the caption`.
pub(super) fn headline(task: &Task, style: Style) -> String {
    let id = style.heading(&format!("Task {}", task.id));
    let state = style.state(&task.status_text.to_string());
    let more = match (task.waiting_reason, &task.failure_code, task.outcome) {
        (Some(reason), _, _) => format!(", waits: {reason}"),
        (None, Some(code), _) => format!(" ({})", printable(&code.to_string())),
        (None, None, Some(outcome)) if task.is_finished() && outcome.as_str() != "succeeded" => {
            format!(" ({outcome})")
        }
        (None, None, _) if task.is_finished() => String::new(),
        (None, None, _) => {
            let step = task.step.as_deref().map(|step| format!(", {}", printable(step))).unwrap_or_default();
            if task.started_at.is_some() { format!(", {} %{step}", task.progress) } else { String::new() }
        }
    };
    format!("{id}: {state}{more}")
}

/// Formats what the task does, and where.
fn what(task: &Task) -> String {
    let app =
        task.app_version.as_deref().map(|version| format!(" {}", printable(version))).unwrap_or_default();
    let account =
        task.username.as_deref().map(|name| format!(" for @{}", printable(name))).unwrap_or_default();
    let phone = task.serial.as_deref().map_or_else(|| "no phone yet".to_owned(), printable);
    format!("{} on {phone}{account}, {}{app}", printable(&task.script_name), task.app)
}

/// Formats why the task waits or how it ended, with what to do.
fn reason(task: &Task) -> Option<String> {
    let mut lines = Vec::new();
    if let Some(remark) = &task.remark {
        lines.push(printable(remark));
    }
    let waits = explanation(task);
    if !waits.is_empty() {
        lines.push(format!("It waits: {waits}."));
    }
    if let Some(code) = &task.failure_code {
        lines.push(format!("What to do: `{}` in {TROUBLESHOOTING},", printable(&code.to_string())));
        lines.push(format!("then `tikmatrix task retry {}`.", task.id));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn times(task: &Task, style: Style) -> String {
    let source = match *task.source {
        Source::Ui => "in the web console",
        Source::Api => "by the API",
    };
    let mut lines = vec![("created", format!("{}, {source}", style.moment(task.created_at)))];
    if let Some(start) = task.start_time {
        lines.push(("not before", style.moment(start)));
    }
    if let Some(started) = task.started_at {
        lines.push(("started", style.moment(started)));
    }
    if let Some(finished) = task.finished_at {
        lines.push(("ended", style.moment(finished)));
    }
    if task.retry_count > 0 || task.max_retries > 0 {
        let automatic = task.max_retries;
        lines.push(("retries", format!("{}, of them at most {automatic} automatic", task.retry_count)));
    }
    if task.priority != 0 {
        lines.push(("priority", task.priority.to_string()));
    }
    let line = |(name, value): &(&str, String)| format!("{}{value}", style.aside(&format!("{name:<12}")));
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Formats the attempts, with the time and the duration of each of their steps.
fn timeline(detail: &TaskDetail, style: Style) -> String {
    let mut text = String::new();
    for attempt in &detail.attempts {
        let end: Option<DateTime<Utc>> = attempt.finished_at.map(Into::into);
        let _ = writeln!(
            text,
            "  {}  {}",
            style.time_of_day(attempt.started_at),
            attempt_line(attempt, end, style)
        );
        if let Some(remark) =
            attempt.remark.as_ref().filter(|remark| Some(*remark) != detail.task.remark.as_ref())
        {
            let _ = writeln!(text, "            {}", printable(remark));
        }
        let steps: Vec<&Step> = detail.steps.iter().filter(|step| step.attempt == attempt.number).collect();
        for (index, step) in steps.iter().enumerate() {
            let next = steps.get(index + 1).map(|next| next.started_at.into()).or(end);
            let lasted = next.unwrap_or_else(Utc::now) - DateTime::<Utc>::from(step.started_at);
            let going_on = if next.is_none() { ", goes on" } else { "" };
            let _ = writeln!(
                text,
                "  {}  {:>12}  {}{going_on}",
                style.time_of_day(step.started_at),
                style.duration(lasted),
                printable(&step.text)
            );
        }
    }
    text.trim_end().to_owned()
}

fn attempt_line(attempt: &Attempt, end: Option<DateTime<Utc>>, style: Style) -> String {
    let number = style.heading(&format!("attempt {}", attempt.number));
    let Some(end) = end else { return format!("{number}  {}", style.state("running")) };
    let lasted = style.duration(end - DateTime::<Utc>::from(attempt.started_at));
    let outcome = attempt.outcome.map(|outcome| style.state(&outcome.to_string())).unwrap_or_default();
    let code = attempt.failure_code.as_ref().map(|code| format!(" ({})", printable(&code.to_string())));
    format!("{number}  {outcome}{} after {lasted}", code.unwrap_or_default())
}

/// Formats the files that were kept, with the command that fetches them.
fn evidence(detail: &TaskDetail, style: Style) -> String {
    let id = detail.task.id;
    let row = |artifact: &tikmatrix_api_types::tasks::Artifact| {
        let command = format!("tikmatrix task artifacts {id} --name {}", printable(&artifact.name));
        vec![format!("  {}", artifact.kind), style.time_of_day(artifact.taken_at), command]
    };
    let rows: Vec<Vec<String>> = detail.artifacts.iter().map(row).collect();
    let all = format!("  `tikmatrix task artifacts {id} -d DIR` writes all of them into a folder.");
    format!("{}\n{all}", table(&["  KIND", "TAKEN", "FETCH IT"], &rows, Fit::Wrap, style))
}

/// Formats JSON on one line, with the way to the whole of it where it is longer.
fn json(text: &str, field: &str) -> String {
    let shown = clean_to(text, MAX_JSON);
    if shown.ends_with('…') { format!("{shown}\n  (--json={field} shows all)") } else { shown }
}

#[cfg(test)]
mod tests {
    use tikmatrix_api_types::tasks::Artifact;
    use tikmatrix_api_types::{ArtifactKind, Moment, Outcome, Status, Text, WaitingReason};

    use super::super::fixture::{at, task};
    use super::*;
    use crate::cli::output::time::Clock;

    const PLAIN: Style = Style { clock: Clock::Utc, width: None, has_color: false };

    fn step(attempt: u32, second: u32, text: &str) -> Step {
        Step { attempt, number: second, text: text.to_owned(), started_at: at(second) }
    }

    fn failed() -> TaskDetail {
        let remark = Some("Post was not found\u{1b}[2J".to_owned());
        let ended: Option<Moment> = Some(at(12));
        TaskDetail {
            task: Task {
                status: 3,
                status_text: Text(Status::Failed),
                started_at: Some(at(2)),
                finished_at: ended,
                outcome: Some(Text(Outcome::Failed)),
                failure_code: Some(serde_json::from_str("\"app_changed\"").unwrap()),
                remark: remark.clone(),
                ..task()
            },
            result: None,
            attempts: vec![Attempt {
                number: 1,
                started_at: at(2),
                finished_at: ended,
                outcome: Some(Text(Outcome::Failed)),
                failure_code: None,
                remark,
                app_version: None,
            }],
            steps: vec![step(1, 2, "Opening the app"), step(1, 9, "Writing the caption")],
            artifacts: vec![Artifact {
                attempt: 1,
                number: 3,
                kind: Text(ArtifactKind::Screenshot),
                taken_at: at(11),
                name: "1-3-screenshot.png".to_owned(),
                file: "1/1/screenshot.png".to_owned(),
            }],
        }
    }

    #[test]
    fn a_failed_task_shows_reason_timeline_durations_and_the_command_that_fetches_its_evidence() {
        let page = page(&failed(), PLAIN);
        let lines: Vec<&str> = page.lines().map(str::trim).collect();
        assert_eq!(lines[0], "Task 7: failed (app_changed)");
        assert_eq!(lines[1], "post on virtual-1 for @mia, tiktok");
        for line in [
            "Post was not found [2J",
            "What to do: `app_changed` in docs/troubleshooting.md,",
            "then `tikmatrix task retry 7`.",
            "12:00:02Z  attempt 1  failed after 10.0 s",
            "12:00:02Z         7.0 s  Opening the app",
            "12:00:09Z         3.0 s  Writing the caption",
            "screenshot  12:00:11Z  tikmatrix task artifacts 7 --name 1-3-screenshot.png",
        ] {
            assert!(lines.contains(&line), "{line:?} is not in {page}");
        }
        assert_eq!(page.matches("Post was not found").count(), 1, "the attempt's remark is the task's");
    }

    #[test]
    fn a_running_and_a_waiting_task_show_what_goes_on() {
        let running = Task {
            status_text: Text(Status::Running),
            started_at: Some(at(2)),
            progress: 40,
            step: Some("Writing the caption".to_owned()),
            ..task()
        };
        assert_eq!(headline(&running, PLAIN), "Task 7: running, 40 %, Writing the caption");
        let waiting = Task { waiting_reason: Some(Text(WaitingReason::DeviceOffline)), ..task() };
        assert_eq!(headline(&waiting, PLAIN), "Task 7: pending, waits: device_offline");
        let why = reason(&waiting).unwrap();
        assert!(
            why.contains("It waits: its phone virtual-1 is not connected: `tikmatrix device show virtual-1`")
        );
    }

    #[test]
    fn long_json_is_cut_with_the_way_to_all_of_it() {
        assert_eq!(json("{\"a\":1}", "result"), "{\"a\":1}");
        let long = json(&format!("\"{}\"", "x".repeat(1000)), "result");
        assert!(long.chars().count() < 500 && long.ends_with("(--json=result shows all)"), "{long}");
    }
}
