//! A cable that rewrites: commands that reach the phone as others, and answers that reach the host as others. For what some
//! phone somewhere does, and no other way of the virtual phone shows.

use parking_lot::Mutex;
use serde::Deserialize;

/// What a cable rewrites.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewriting {
    /// Concerns the command lines of shells that contain this.
    pub command: String,
    /// What happens to them.
    pub change: Change,
}

/// What happens to a command line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// `{"run": "reboot"}`: the phone runs this line instead.
    Run(String),
    /// `{"answer": "mWakefulness=Dozing"}`: the phone runs nothing, and the host gets this with the exit status 0.
    Answer(String),
    /// `{"replace": {"text": "Awake", "by": "Dozing"}}`: the phone runs it, and the host gets its output with each `text`
    /// replaced.
    Replace {
        /// What is replaced.
        text: String,
        /// What takes its place.
        by: String,
    },
}

/// The rewritings of one phone's cable.
#[derive(Debug, Default)]
pub(crate) struct Rewritings(Mutex<Vec<Rewriting>>);

impl Rewritings {
    /// Adds one, which comes after those that are there.
    pub(crate) fn add(&self, rewriting: Rewriting) {
        self.0.lock().push(rewriting);
    }

    /// What happens to a command line, by the first that concerns it.
    pub(crate) fn of(&self, line: &str) -> Option<Change> {
        let rewritings = self.0.lock();
        rewritings.iter().find(|it| line.contains(&it.command)).map(|it| it.change.clone())
    }

    /// Ends all.
    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }
}
