//! A file that changes while the code under test reads it.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file that a test writes to while the code under test uses it, as another program would. After each change its
/// modification time is another one, however coarse the clock of the file system is.
#[derive(Debug)]
pub struct ChangingFile {
    path: PathBuf,
}

impl ChangingFile {
    /// Creates the file.
    ///
    /// # Panics
    /// When it cannot be written, as in every function here.
    pub fn create(path: impl Into<PathBuf>, content: &[u8]) -> Self {
        let file = Self { path: path.into() };
        fs::write(&file.path, content).unwrap();
        file
    }

    /// Returns its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes other bytes over all of it, as many as before.
    pub fn overwrite(&self) {
        let content: Vec<u8> = fs::read(&self.path).unwrap().iter().map(|byte| !byte).collect();
        self.change(OpenOptions::new().write(true), |file| file.write_all(&content).unwrap());
    }

    /// Writes more bytes at its end, as a copy that goes on does.
    pub fn append(&self, bytes: &[u8]) {
        self.change(OpenOptions::new().append(true), |file| file.write_all(bytes).unwrap());
    }

    /// Cuts it off after so many bytes, as the start of another copy does.
    pub fn truncate(&self, length: u64) {
        self.change(OpenOptions::new().write(true), |file| file.set_len(length).unwrap());
    }

    /// Puts another file into its place, as a rename does: who has it open goes on to read the earlier one.
    pub fn replace(&self, content: &[u8]) {
        let other = self.path.with_extension("part");
        fs::write(&other, content).unwrap();
        fs::rename(other, &self.path).unwrap();
    }

    fn change(&self, options: &OpenOptions, change: impl FnOnce(&mut File)) {
        let mut file = options.open(&self.path).unwrap();
        let before = file.metadata().unwrap().modified().unwrap();
        change(&mut file);
        file.set_modified(before + Duration::from_secs(1)).unwrap();
    }
}
