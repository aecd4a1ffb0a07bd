//! What a running script reports. Where it is stored is up to the runner.

pub use tikmatrix_domain::{ArtifactKind, LogLevel};

/// One report of a running script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The start of a step: one short sentence, such as `push the video`.
    Step(String),
    /// The progress of the whole run, 0 to 100; it never goes down.
    Progress(u8),
    /// A line for the task's log.
    Log(LogLevel, String),
    /// The result of work that was done, as JSON text of at most 64 KiB.
    Result(String),
    /// The version of the app on the phone, of at most 100 characters.
    AppVersion(String),
    /// A file: evidence of a failure, or what the script attached.
    Artifact {
        /// What it shows.
        kind: ArtifactKind,
        /// The file's bytes.
        bytes: Vec<u8>,
    },
}

/// Takes the reports of a running script, in order. It must not block: it hands the entry on and returns.
pub trait Journal: Send + Sync {
    /// Takes one entry.
    fn record(&self, entry: Entry);
}
