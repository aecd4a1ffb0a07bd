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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn evidence_lies_below_its_task_and_attempt_and_a_second_of_a_kind_replaces_nothing() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = ArtifactFolder::new(root.path().join("artifacts"), TaskId(12), 3);
        for (kind, bytes, wanted) in [
            (ArtifactKind::Screenshot, "first", "12/3/screenshot.png"),
            (ArtifactKind::UiTree, "tree", "12/3/ui-tree.xml"),
            (ArtifactKind::Screenshot, "second", "12/3/screenshot-2.png"),
        ] {
            assert_eq!(folder.keep(kind, bytes.into()).await.unwrap(), wanted);
        }
        let read = |file: &str| std::fs::read_to_string(root.path().join("artifacts").join(file)).unwrap();
        assert_eq!(
            (read("12/3/screenshot.png"), read("12/3/screenshot-2.png")),
            ("first".into(), "second".into())
        );
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_an_error_and_no_panic() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("artifacts"), "a file is in the way").unwrap();
        let mut folder = ArtifactFolder::new(root.path().join("artifacts"), TaskId(1), 1);
        assert!(folder.keep(ArtifactKind::UiTree, Vec::new()).await.is_err());
    }
}
