//! A task's way as a person sees it: on a terminal a progress bar under the finished steps, elsewhere plain lines.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::super::output::say;

/// Between two frames of the spinner.
const FRAME: Duration = Duration::from_millis(100);

/// Shows one task, each of its steps once.
pub(super) struct Display {
    bar: ProgressBar,
    terminal: bool,
    shown: usize,
    last: Option<(String, Instant)>,
}

impl Display {
    /// On stdout.
    pub(super) fn new() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let target = if terminal { ProgressDrawTarget::stdout() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(100), target);
        if let Ok(style) =
            ProgressStyle::with_template("  {spinner:.cyan} [{bar:30.cyan}] {pos:>3} %  {msg}  {elapsed}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        if terminal {
            bar.enable_steady_tick(FRAME);
        }
        Self { bar, terminal, shown: 0, last: None }
    }

    /// Shows what is new in `task`, as the API gives it.
    pub(super) fn show(&mut self, task: &Value) {
        let progress = task["progress"].as_u64().unwrap_or_default();
        let steps = task["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
        for step in steps.iter().skip(self.shown) {
            let text = step["text"].as_str().unwrap_or_default().to_owned();
            if self.terminal {
                self.tick_off();
                self.bar.set_message(text.clone());
            } else {
                say(format_args!("  [{progress:>3} %] {text}"));
            }
            self.last = Some((text, Instant::now()));
        }
        self.shown = self.shown.max(steps.len());
        if let Some(reason) = task["waiting_reason"].as_str() {
            self.bar.set_message(format!("waits: {reason}"));
        }
        self.bar.set_position(progress);
    }

    /// The task did what it was asked to.
    pub(super) fn finish(mut self) {
        self.tick_off();
        self.bar.set_position(100);
        self.bar.finish_with_message("completed");
        if !self.terminal {
            say("  [100 %] completed");
        }
    }

    /// The task did not.
    pub(super) fn abandon(self) {
        self.bar.abandon_with_message("failed");
    }

    /// Leaves the step that ended above the bar.
    fn tick_off(&mut self) {
        if let Some((step, begin)) = self.last.take()
            && self.terminal
        {
            self.bar.println(format!("  ✓ {step} ({:.1} s)", begin.elapsed().as_secs_f64()));
        }
    }
}
