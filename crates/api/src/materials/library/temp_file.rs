//! Files that are removed when they are dropped, unless they are kept: however a request ends, nothing of it is left on
//! the disk.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file that is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct TempFile {
    path: PathBuf,
    is_kept: bool,
}

impl TempFile {
    /// Takes charge of the file at `path`, which need not exist yet.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, is_kept: false }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it another name in the same folder, for good: a loss of power does not undo it. It blocks.
    pub(crate) fn rename(&mut self, to: PathBuf) -> io::Result<()> {
        fs::rename(&self.path, &to)?;
        self.path = to;
        // Only where a folder can be opened as a file can its entries be synced.
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// Keeps the file.
    pub(crate) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                log::warn!("the file {} stays until the next start: {error}", self.path.display());
            }
            _ => {}
        }
    }
}
