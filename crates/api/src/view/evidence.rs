//! What was kept of a task's attempts, as the API shows it.

use serde::Serialize;
use tikmatrix_domain::{Artifact, LogLine};
use utoipa::ToSchema;

use super::time::written;

/// What a task's attempts said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskLog)]
pub(crate) struct TaskLogView {
    /// The lines of all attempts, oldest first.
    lines: Vec<LogLineView>,
}

impl TaskLogView {
    pub(crate) fn new(lines: &[LogLine]) -> Self {
        Self { lines: lines.iter().map(LogLineView::from).collect() }
    }
}

/// One line of a task's log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LogLine)]
struct LogLineView {
    /// The number of the attempt.
    attempt: u32,
    /// Rises within the attempt; steps and artifacts are counted with the lines, so that numbers may be missing.
    number: u32,
    /// When it was said.
    #[schema(format = DateTime)]
    at: String,
    /// `info` or `warn`.
    level: &'static str,
    /// What was said.
    text: String,
}

impl From<&LogLine> for LogLineView {
    fn from(line: &LogLine) -> Self {
        Self {
            attempt: line.attempt,
            number: line.number,
            at: written(line.at),
            level: line.level.text(),
            text: line.text.clone(),
        }
    }
}

/// One file that was kept as evidence.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Artifact)]
pub(crate) struct ArtifactView {
    /// The number of the attempt.
    attempt: u32,
    /// Rises within the attempt, counted with the steps.
    number: u32,
    /// `screenshot` (PNG), `ui_tree` (XML) or `tape` (JSON Lines in gzip).
    kind: &'static str,
    /// When it was taken.
    #[schema(format = DateTime)]
    taken_at: String,
    /// What it is called at `/api/v1/task/{task_id}/artifact/{name}`.
    name: String,
    /// Its path below the folder `artifacts` of the server's data directory.
    file: String,
}

impl From<&Artifact> for ArtifactView {
    fn from(artifact: &Artifact) -> Self {
        Self {
            attempt: artifact.attempt,
            number: artifact.number,
            kind: artifact.kind.text(),
            taken_at: written(artifact.at),
            name: artifact_name(artifact),
            file: artifact.file.clone(),
        }
    }
}

/// What a file is called among all files of its task: `2-screenshot.png` is the second attempt's.
pub(crate) fn artifact_name(artifact: &Artifact) -> String {
    let file = artifact.file.rsplit('/').next().unwrap_or_default();
    format!("{}-{file}", artifact.attempt)
}
