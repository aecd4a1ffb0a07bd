//! The progress of tasks that are followed: bars on a terminal, else a line for each change.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, stderr};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tikmatrix_api_types::Status;
use tikmatrix_api_types::tasks::{Task, TaskDetail};

use super::show::headline;
use super::waiting::explanation;
use crate::cli::output::answer::Output;
use crate::cli::output::printable;

/// The most bars on a terminal; other tasks are shown when they end.
const MAX_BARS: usize = 20;
const RUNNING: &str = "  {prefix} [{bar:20.cyan}] {pos:>3} %  {wide_msg}";
const WAITING: &str = "  {prefix} {wide_msg:.dim}";

/// Which lines belong to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// One for the end of each task; progress is told on stderr.
    Ends,
    /// One for each change.
    Changes,
}

/// The progress of tasks that are followed.
pub(super) struct Display {
    output: Output,
    lines: Lines,
    /// What was shown last of each task.
    shown: BTreeMap<i64, String>,
    /// The bars of a terminal, if there is one and no program reads.
    terminal: Option<Bars>,
    is_read: bool,
}

struct Bars {
    all: MultiProgress,
    of_tasks: BTreeMap<i64, ProgressBar>,
}

impl Display {
    /// Starts without any task.
    pub(super) fn new(output: Output, lines: Lines) -> Self {
        let bars = || Bars { all: MultiProgress::new(), of_tasks: BTreeMap::new() };
        let terminal = (stderr().is_terminal() && !output.is_json()).then(bars);
        Self { output, lines, shown: BTreeMap::new(), terminal, is_read: true }
    }

    /// Whether what is written to stdout has a reader.
    pub(super) fn is_read(&self) -> bool {
        self.is_read
    }

    /// Explains on stderr, to people alone, what happens besides.
    pub(super) fn explain(&self, sentence: &str) {
        match &self.terminal {
            Some(bars) => bars.all.suspend(|| self.output.explain(sentence)),
            None => self.output.explain(sentence),
        }
    }

    /// Shows a task that has not ended.
    pub(super) fn show(&mut self, task: &Task) -> anyhow::Result<()> {
        if let Some(bars) = &mut self.terminal {
            bars.show(task);
            return Ok(());
        }
        let change = change(task);
        if self.shown.get(&task.id) == Some(&change) {
            return Ok(());
        }
        match self.lines {
            Lines::Changes => self.is_read &= self.output.streamed(task, || change.clone())?,
            Lines::Ends => self.output.explain(&change),
        }
        self.shown.insert(task.id, change);
        Ok(())
    }

    /// Shows the end of a task.
    pub(super) fn end(&mut self, detail: &TaskDetail) -> anyhow::Result<()> {
        self.forget(detail.task.id);
        let style = self.output.style();
        let line = || {
            let remark = detail.task.remark.as_deref().map(|remark| format!(" {}", printable(remark)));
            format!("{}{}", headline(&detail.task, style), remark.unwrap_or_default())
        };
        let written = || match self.lines {
            Lines::Changes => self.output.streamed(&detail.task, line),
            Lines::Ends => self.output.streamed(detail, line),
        };
        self.is_read &= match &self.terminal {
            Some(bars) => bars.all.suspend(written)?,
            None => written()?,
        };
        Ok(())
    }

    /// Shows nothing more of a task.
    pub(super) fn forget(&mut self, task_id: i64) {
        self.shown.remove(&task_id);
        if let Some(bar) = self.terminal.as_mut().and_then(|bars| bars.of_tasks.remove(&task_id)) {
            bar.finish_and_clear();
        }
    }

    /// Removes what the terminal still shows.
    pub(super) fn clear(&mut self) {
        if let Some(bars) = self.terminal.take() {
            for bar in bars.of_tasks.values() {
                bar.finish_and_clear();
            }
        }
    }
}

impl Bars {
    fn show(&mut self, task: &Task) {
        if !self.of_tasks.contains_key(&task.id) {
            if self.of_tasks.len() >= MAX_BARS {
                return;
            }
            let bar = self.all.add(ProgressBar::new(100));
            bar.set_prefix(format!("task {}", task.id));
            self.of_tasks.insert(task.id, bar);
        }
        let Some(bar) = self.of_tasks.get(&task.id) else { return };
        let is_running = *task.status_text == Status::Running;
        // The templates are constants.
        if let Ok(style) = ProgressStyle::with_template(if is_running { RUNNING } else { WAITING }) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_position(task.progress.into());
        bar.set_message(state(task));
    }
}

/// Formats what a change of a task is told by; its progress within a step is no change.
fn change(task: &Task) -> String {
    format!("task {}: {}", task.id, state(task))
}

fn state(task: &Task) -> String {
    let on = task.serial.as_deref().map(|serial| format!(" on {}", printable(serial))).unwrap_or_default();
    let step = || task.step.as_deref().map(|step| format!(": {}", printable(step))).unwrap_or_default();
    match (*task.status_text, task.waiting_reason) {
        (Status::Pending, Some(reason)) => {
            let why = explanation(task);
            if why.is_empty() { format!("waits: {reason}") } else { format!("waits: {reason}, {why}") }
        }
        (Status::Pending, None) => "starts".to_owned(),
        (Status::Running, _) => format!("runs{on}{}", step()),
        (Status::Completed | Status::Failed, _) => task.status_text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use tikmatrix_api_types::{Text, WaitingReason};

    use super::super::fixture::task;
    use super::*;

    #[test]
    fn a_change_is_told_with_the_step_or_with_why_the_task_waits() {
        let running =
            Task { status_text: Text(Status::Running), step: Some("Opening\nthe app".to_owned()), ..task() };
        assert_eq!(change(&running), "task 7: runs on virtual-1: Opening the app");
        let more = Task { progress: 80, ..running.clone() };
        assert_eq!(change(&more), change(&running), "progress alone is no change");
        let waiting = Task { waiting_reason: Some(Text(WaitingReason::Paused)), ..task() };
        assert_eq!(
            change(&waiting),
            "task 7: waits: paused, the server starts no tasks: `tikmatrix resume` lets it"
        );
        assert_eq!(change(&task()), "task 7: starts");
    }
}
