//! The file of a SQLite database: one path for all of its names, one server at a time, and the same file until the end.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Why an operation fails whose database is not there any more.
pub(crate) const REPLACED: &str = "the database file was removed or replaced while the server works on it";

/// The file of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SqliteFile {
    path: PathBuf,
    /// Which file it was when it was opened; `None` before.
    identity: Option<Identity>,
}

/// The device and the number of a file, where the system tells them.
type Identity = (u64, u64);

impl SqliteFile {
    /// Names a file without touching it.
    pub(crate) fn named(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), identity: None }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Creates the file if there is none, and finds its one path: servers that name it by different links have the same lock.
    ///
    /// # Errors
    /// Of the file system, as a message; or the file has several names that are no links, which no path could show.
    pub(crate) fn resolve(&self) -> Result<Self, String> {
        match OpenOptions::new().write(true).create_new(true).open(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.to_string()),
            _ => {}
        }
        let path = self.path.canonicalize().map_err(|error| error.to_string())?;
        let names = names(&path).map_err(|error| error.to_string())?;
        if names > 1 {
            return Err(format!(
                "it has {names} names (hard links), by which two servers could work on it at once: remove the others"
            ));
        }
        Ok(Self { path, identity: None })
    }

    /// Remembers which file this is, once it was opened to be written: before that a layered file system may replace it.
    ///
    /// # Errors
    /// Of the file system, as a message.
    pub(crate) fn remember(self) -> Result<Self, String> {
        let identity = identity(&self.path).map_err(|error| error.to_string())?;
        Ok(Self { identity: Some(identity), ..self })
    }

    /// Checks that the file which was opened is still there.
    ///
    /// # Errors
    /// [`REPLACED`].
    pub(crate) fn check(&self) -> Result<(), String> {
        match (self.identity, identity(&self.path)) {
            (Some(opened), Ok(found)) if opened != found => Err(REPLACED.to_owned()),
            (Some(_), Err(_)) => Err(REPLACED.to_owned()),
            _ => Ok(()),
        }
    }

    /// Takes the lock beside the file; `None` if another server has it. The system releases it when the program ends, even by
    /// a crash.
    pub(crate) fn lock(&self) -> io::Result<Option<File>> {
        let mut name = OsString::from(&self.path);
        name.push(".lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).map(|about| (about.dev(), about.ino()))
}

/// Elsewhere the system keeps an open file from being removed or replaced.
#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|_| (0, 0))
}

#[cfg(unix)]
fn names(path: &Path) -> io::Result<u64> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).map(|about| about.nlink())
}

#[cfg(not(unix))]
fn names(_path: &Path) -> io::Result<u64> {
    Ok(1)
}
