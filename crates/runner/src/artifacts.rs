//! Evidence as files: `TASK/ATTEMPT/KIND.EXTENSION` below the folder for artifacts.

use std::io;
use std::path::PathBuf;

use tikmatrix_domain::{ArtifactKind, TaskId};

/// The files of one attempt.
pub(crate) struct ArtifactFolder {
    root: PathBuf,
    task: TaskId,
    attempt: u32,
    kept: Vec<ArtifactKind>,
}

impl ArtifactFolder {
    pub(crate) fn new(root: PathBuf, task: TaskId, attempt: u32) -> Self {
        Self { root, task, attempt, kept: Vec::new() }
    }

    /// Writes the file and gives its path below the folder for artifacts, parts divided by `/`. A second one of a kind
    /// gets a number of its own.
    pub(crate) async fn keep(&mut self, kind: ArtifactKind, bytes: Vec<u8>) -> io::Result<String> {
        let count = self.kept.iter().filter(|kept| **kept == kind).count() + 1;
        let (name, extension) = match kind {
            ArtifactKind::Screenshot => ("screenshot", "png"),
            ArtifactKind::UiTree => ("ui-tree", "xml"),
        };
        let (task, attempt) = (self.task, self.attempt);
        let file = match count {
            1 => format!("{task}/{attempt}/{name}.{extension}"),
            _ => format!("{task}/{attempt}/{name}-{count}.{extension}"),
        };
        let path = self.root.join(&file);
        let writing = tokio::task::spawn_blocking(move || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, bytes)
        });
        writing.await.map_err(io::Error::other)??;
        self.kept.push(kind);
        Ok(file)
    }
}
