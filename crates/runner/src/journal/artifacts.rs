//! Artifacts as files: `TASK/ATTEMPT/KIND.EXTENSION` below the artifact folder.

use std::io;
use std::path::{Component, Path, PathBuf};

use tikmatrix_domain::{ArtifactKind, TaskId};

/// The artifact files of one attempt.
pub(crate) struct ArtifactFolder {
    root: PathBuf,
    task: TaskId,
    attempt: u32,
    written: Vec<ArtifactKind>,
}

impl ArtifactFolder {
    pub(crate) fn new(root: PathBuf, task: TaskId, attempt: u32) -> Self {
        Self { root, task, attempt, written: Vec::new() }
    }

    /// Writes the file and returns its path below the artifact folder, with `/` between its parts. Further files of a kind
    /// are numbered.
    pub(crate) async fn write(&mut self, kind: ArtifactKind, bytes: Vec<u8>) -> io::Result<String> {
        let count = self.written.iter().filter(|written| **written == kind).count() + 1;
        let (name, extension) = match kind {
            ArtifactKind::Screenshot => ("screenshot", "png"),
            ArtifactKind::UiTree => ("ui-tree", "xml"),
            ArtifactKind::Tape => ("tape", "jsonl.gz"),
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
        self.written.push(kind);
        Ok(file)
    }
}

/// Reads the file at the path `file` below `root`; a path that leads out of `root` is not found.
pub(crate) async fn read(root: &Path, file: &str) -> io::Result<Vec<u8>> {
    let file = Path::new(file);
    if !file.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(io::Error::new(io::ErrorKind::NotFound, "the path leads out of the artifact folder"));
    }
    let path = root.join(file);
    tokio::task::spawn_blocking(move || std::fs::read(path)).await.map_err(io::Error::other)?
}

/// Removes all files of a task. A failure is only logged, since the task itself is deleted.
pub(crate) async fn remove(root: &Path, task: TaskId) {
    let folder = root.join(task.to_string());
    let path = folder.clone();
    let removing = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder));
    match removing.await.map_err(io::Error::other).and_then(|removed| removed) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            log::warn!("the files of the deleted task {task} stay in {}: {error}", path.display());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn artifacts_are_below_their_task_and_attempt_and_a_second_of_a_kind_replaces_none() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = ArtifactFolder::new(root.path().join("artifacts"), TaskId(12), 3);
        for (kind, bytes, wanted) in [
            (ArtifactKind::Screenshot, "first", "12/3/screenshot.png"),
            (ArtifactKind::UiTree, "tree", "12/3/ui-tree.xml"),
            (ArtifactKind::Screenshot, "second", "12/3/screenshot-2.png"),
        ] {
            assert_eq!(folder.write(kind, bytes.into()).await.unwrap(), wanted);
        }
        let read = |file: &str| std::fs::read_to_string(root.path().join("artifacts").join(file)).unwrap();
        assert_eq!(
            (read("12/3/screenshot.png"), read("12/3/screenshot-2.png")),
            ("first".into(), "second".into())
        );
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_created_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("artifacts"), "a file is in the way").unwrap();
        let mut folder = ArtifactFolder::new(root.path().join("artifacts"), TaskId(1), 1);
        assert!(folder.write(ArtifactKind::UiTree, Vec::new()).await.is_err());
    }

    #[tokio::test]
    async fn files_of_the_artifact_folder_can_be_read_and_no_others() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("secret"), "password").unwrap();
        let artifacts = root.path().join("artifacts");
        let mut folder = ArtifactFolder::new(artifacts.clone(), TaskId(12), 1);
        let file = folder.write(ArtifactKind::UiTree, b"<hierarchy/>".to_vec()).await.unwrap();
        assert_eq!(read(&artifacts, &file).await.unwrap(), b"<hierarchy/>");
        let absolute = root.path().join("secret");
        for outside in ["../secret", "12/../../secret", "", "12/1", absolute.to_str().unwrap()] {
            assert!(read(&artifacts, outside).await.is_err(), "{outside}");
        }
    }

    #[tokio::test]
    async fn the_files_of_one_task_are_removed_and_those_of_others_stay() {
        let root = tempfile::tempdir().unwrap();
        for task in [TaskId(1), TaskId(12)] {
            let mut folder = ArtifactFolder::new(root.path().to_owned(), task, 1);
            folder.write(ArtifactKind::UiTree, Vec::new()).await.unwrap();
        }
        remove(root.path(), TaskId(1)).await;
        remove(root.path(), TaskId(1)).await;
        assert!(!root.path().join("1").exists() && root.path().join("12/1/ui-tree.xml").exists());
    }
}
