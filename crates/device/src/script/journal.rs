//! What a running script says of itself. Where it is kept is for others to decide.

pub use tikmatrix_domain::{ArtifactKind, LogLevel};

/// One thing that a running script said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It began a step: one short sentence, such as `push the video`.
    Step(String),
    /// How far the whole run has come, 0 to 100; never goes down.
    Progress(u8),
    /// A line for the task's log.
    Log(LogLevel, String),
    /// Evidence from the instant of a failure.
    Artifact {
        /// What it shows.
        kind: ArtifactKind,
        /// The file's bytes.
        bytes: Vec<u8>,
    },
}

/// Takes what a running script says, in order. It must not block: it hands the entry on and returns.
pub trait Journal: Send + Sync {
    /// Takes one entry.
    fn record(&self, entry: Entry);
}
