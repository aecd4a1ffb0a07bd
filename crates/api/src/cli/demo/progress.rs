//! The progress of one task for a person: on a terminal a bar below the finished steps, elsewhere plain lines.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use tikmatrix_api_types::tasks::TaskDetail;

use super::super::output::answer::Output;

const FRAME_INTERVAL: Duration = Duration::from_millis(100);

/// The progress of one task on stdout; each of its steps is shown once.
pub(super) struct Progress {
    output: Output,
    bar: ProgressBar,
    terminal: bool,
    shown: usize,
    last: Option<(String, Instant)>,
}

impl Progress {
    /// Starts without any step.
    pub(super) fn new(output: Output) -> Self {
        let terminal = std::io::stdout().is_terminal() && !output.is_json();
        let target = if terminal { ProgressDrawTarget::stdout() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(100), target);
        if let Ok(style) =
            ProgressStyle::with_template("  {spinner:.cyan} [{bar:30.cyan}] {pos:>3} %  {msg}  {elapsed}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        if terminal {
            bar.enable_steady_tick(FRAME_INTERVAL);
        }
        Self { output, bar, terminal, shown: 0, last: None }
    }

    /// Shows what is new in `detail`.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn show(&mut self, detail: &TaskDetail) -> anyhow::Result<()> {
        let progress = detail.task.progress;
        for step in detail.steps.iter().skip(self.shown) {
            if self.terminal {
                self.finish_step();
                self.bar.set_message(step.text.clone());
            } else {
                let event = json!({"progress": progress, "step": step.text});
                self.output.event(&event, || format!("  [{progress:>3} %] {}", step.text))?;
            }
            self.last = Some((step.text.clone(), Instant::now()));
        }
        self.shown = self.shown.max(detail.steps.len());
        if let Some(reason) = detail.task.waiting_reason {
            self.bar.set_message(format!("waits: {reason}"));
        }
        self.bar.set_position(progress.into());
        Ok(())
    }

    /// Shows that the task is completed.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.finish_step();
        self.bar.set_position(100);
        self.bar.finish_with_message("completed");
        if !self.terminal {
            let event = json!({"progress": 100, "step": null});
            self.output.event(&event, || "  [100 %] completed".to_owned())?;
        }
        Ok(())
    }

    /// Shows that the task has failed.
    pub(super) fn abandon(self) {
        self.bar.abandon_with_message("failed");
    }

    /// Moves the step that ended above the bar.
    fn finish_step(&mut self) {
        if let Some((step, start)) = self.last.take()
            && self.terminal
        {
            self.bar.println(format!("  ✓ {step} ({:.1} s)", start.elapsed().as_secs_f64()));
        }
    }
}
