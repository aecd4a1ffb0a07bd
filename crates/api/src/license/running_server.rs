//! What a server makes known of its licence in its data directory, so that `tikmatrix license install` installs nothing that
//! the server could not verify. A lock shows that the server runs.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tikmatrix_licensing::PublicKey;

/// The file in the data directory.
const FILE: &str = "license-server.json";

/// A server that runs on a data directory.
#[derive(Debug, PartialEq, Eq)]
pub struct RunningServer {
    /// The vendor's key with which it verifies.
    pub key: Option<PublicKey>,
    /// The licence file that it reads.
    pub license: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Content {
    public_key: Option<String>,
    license: PathBuf,
}

/// The record of a server that runs. Dropping it, also by a crash, shows that the server has ended.
#[derive(Debug)]
pub(crate) struct ServerRecord {
    _lock: File,
}

/// The files in a data directory.
pub(crate) fn paths(data_directory: &Path) -> [PathBuf; 2] {
    [data_directory.join(FILE), data_directory.join(format!("{FILE}.lock"))]
}

impl RunningServer {
    /// Reads what the server that runs on a data directory has made known; `None` if none runs.
    ///
    /// # Errors
    /// Of the file system, or what is there is not what a server wrote.
    pub fn of(data_directory: &Path) -> io::Result<Option<Self>> {
        let [file, lock] = paths(data_directory);
        let lock = match File::open(lock) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match lock.try_lock_shared() {
            Ok(()) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let content: Content = serde_json::from_slice(&std::fs::read(file)?)?;
        let key = content.public_key.map(|key| PublicKey::from_text(&key)).transpose();
        Ok(Some(Self { key: key.map_err(io::Error::other)?, license: content.license }))
    }

    /// Makes it known. `None` if another server on this data directory, which only a shared database allows, has done so.
    pub(crate) fn record(&self, data_directory: &Path) -> io::Result<Option<ServerRecord>> {
        let [path, lock] = paths(data_directory);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(lock)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let public_key = self.key.as_ref().map(ToString::to_string);
        let content = serde_json::to_vec(&Content { public_key, license: self.license.clone() })?;
        let mut file = NamedTempFile::new_in(data_directory)?;
        file.write_all(&content)?;
        file.persist(path)?;
        Ok(Some(ServerRecord { _lock: lock }))
    }
}

#[cfg(test)]
mod tests {
    use tikmatrix_licensing::PrivateKey;

    use super::*;

    #[test]
    fn a_server_is_known_for_as_long_as_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let known = || RunningServer::of(folder.path()).unwrap();
        assert_eq!(known(), None);
        let key = Some(PrivateKey::from_seed(&[1; 32]).public());
        let server = RunningServer { key, license: "a licence".into() };
        let record = server.record(folder.path()).unwrap();
        assert!(record.is_some() && server.record(folder.path()).unwrap().is_none(), "only one is known");
        assert_eq!(known(), Some(server));
        drop(record);
        assert_eq!(known(), None);
        let without_key = RunningServer { key: None, license: "a licence".into() };
        let _record = without_key.record(folder.path()).unwrap();
        assert_eq!(known(), Some(without_key));
    }
}
