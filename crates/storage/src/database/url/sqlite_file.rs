//! The file of a SQLite database: one path for all of its names, one server at a time, and the same file until the end. The
//! same holds for the `-wal` file beside it, in which SQLite keeps what was committed last.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Why an operation fails whose database is not there any more.
pub(crate) const REPLACED: &str =
    "the database file or its -wal file was removed or replaced while the server works on it";

/// The file of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SqliteFile {
    path: PathBuf,
    /// Which files it was when it was opened; `None` before.
    opened: Option<Opened>,
}

/// The files of a database that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Opened {
    database: Identity,
    /// `None` where the file system gives SQLite no `-wal` file.
    wal: Option<Identity>,
}

/// The device and the number of a file, where the system tells them.
type Identity = (u64, u64);

impl SqliteFile {
    /// Names a file without touching it.
    pub(crate) fn named(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), opened: None }
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
        Ok(Self { path, opened: None })
    }

    /// Remembers which files these are, once they were opened to be written: before that a layered file system may replace
    /// them. From then on a connection has to stay open, since SQLite removes the `-wal` file with the last one.
    ///
    /// # Errors
    /// Of the file system, as a message.
    pub(crate) fn remember(self) -> Result<Self, String> {
        let identities = identity(&self.path).and_then(|database| {
            let wal = match identity(&self.beside("-wal")) {
                Ok(wal) => Some(wal),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
            Ok(Opened { database, wal })
        });
        Ok(Self { opened: Some(identities.map_err(|error| error.to_string())?), ..self })
    }

    /// Checks that the files which were opened are still there.
    ///
    /// # Errors
    /// [`REPLACED`].
    pub(crate) fn check(&self) -> Result<(), String> {
        let Some(opened) = self.opened else { return Ok(()) };
        let is_there = |path: &Path, opened| identity(path).is_ok_and(|found| found == opened);
        let is_wal_there = opened.wal.is_none_or(|wal| is_there(&self.beside("-wal"), wal));
        if is_wal_there && is_there(&self.path, opened.database) { Ok(()) } else { Err(REPLACED.to_owned()) }
    }

    /// Takes the lock beside the file; `None` if another server has it. The system releases it when the program ends, even by
    /// a crash.
    pub(crate) fn lock(&self) -> io::Result<Option<File>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(self.beside(".lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The path of a file that belongs to this one, whose name it has with an ending.
    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(ending);
        name.into()
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
