//! The data directory: created for its owner alone, the database in it, and the access to what an earlier version left open
//! to other users.

use std::path::{Path, PathBuf};
use std::{fs, io};

use tikmatrix_domain::Secret;
use tikmatrix_storage::{StorageError, Store};

use crate::start_error::StartError;

/// The database, in the data directory.
const DATABASE: &str = "tikmatrix.sqlite";
/// The files that SQLite, and the lock of a server, add beside a database.
const BESIDE_DATABASE: [&str; 4] = ["", "-wal", "-shm", ".lock"];
/// The files of the material library.
const MATERIALS: &str = "materials";
/// Screenshots and tapes of failures.
const ARTIFACTS: &str = "artifacts";

/// Creates a data directory, and those above it, unless it is there.
///
/// # Errors
/// Of the file system.
pub fn create_data_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

/// Opens the database at `url`, or else that of a data directory, also beside the servers that work on it: for the short
/// work of a command line. It blocks.
///
/// # Errors
/// [`StorageError`].
pub fn open_data(directory: &Path, url: Option<&Secret>) -> Result<Store, StorageError> {
    match url {
        Some(url) => Store::open_url_shared(url.expose()),
        None => Store::open_shared(database_path(directory)),
    }
}

/// Opens the database of a server, and closes what is in its data directory to other users. It blocks.
pub(crate) fn open(directory: &Path, url: Option<&Secret>) -> Result<Store, StartError> {
    let unusable = |source| StartError::DataDirectory { path: directory.to_owned(), source };
    create_data_directory(directory).map_err(unusable)?;
    let store = match url {
        Some(url) => Store::open_url(url.expose())?,
        None => Store::open(database_path(directory))?,
    };
    log::info!("database: {}", store.database().location());
    #[cfg(unix)]
    private::close_to_others(directory, store.database().file());
    Ok(store)
}

/// The database of a data directory, where no other is named.
#[must_use]
pub fn database_path(directory: &Path) -> PathBuf {
    directory.join(DATABASE)
}

/// The folder of the material library in a data directory.
#[must_use]
pub fn materials_folder(directory: &Path) -> PathBuf {
    directory.join(MATERIALS)
}

/// The folder of the evidence of failures in a data directory.
#[must_use]
pub fn artifacts_folder(directory: &Path) -> PathBuf {
    directory.join(ARTIFACTS)
}

#[cfg(unix)]
mod private {
    //! Files and folders that their owner alone can use.

    use std::fs::{self, Metadata, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};

    use super::{ARTIFACTS, BESIDE_DATABASE, MATERIALS};
    use crate::devices::saved_addresses;
    use crate::license::license_file::license_path;
    use crate::license::running_server;

    /// What was found open to other users.
    #[derive(Default)]
    struct Found {
        closed: Vec<PathBuf>,
        failed: Vec<String>,
    }

    /// Closes a data directory and what the server stores there, and logs what was open. Anything else in it stays as it is,
    /// since it may be a folder that has other uses.
    pub(super) fn close_to_others(directory: &Path, database: Option<&Path>) {
        let mut found = Found::default();
        found.close(directory);
        for file in [license_path(directory), saved_addresses::path(directory)] {
            found.close(&file);
        }
        running_server::paths(directory).iter().for_each(|file| found.close(file));
        for folder in [MATERIALS, ARTIFACTS] {
            found.close_all(&directory.join(folder));
        }
        for ending in BESIDE_DATABASE {
            if let Some(database) = database {
                let mut path = database.as_os_str().to_owned();
                path.push(ending);
                found.close(Path::new(&path));
            }
        }
        if let Some(first) = found.closed.first() {
            let (count, first) = (found.closed.len(), first.display());
            log::info!("permissions tightened, only the owner has access now: {first}, {count} in all");
        }
        if let Some(first) = found.failed.first() {
            let count = found.failed.len();
            log::warn!("other users of this machine have access to {first}, {count} in all");
        }
    }

    impl Found {
        fn close_all(&mut self, folder: &Path) {
            self.close(folder);
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => self.close_all(&entry.path()),
                    _ => self.close(&entry.path()),
                }
            }
        }

        /// Closes a file or folder, if there is one; a symbolic link is left alone with what it leads to.
        fn close(&mut self, path: &Path) {
            let Ok(about) = fs::symlink_metadata(path) else { return };
            if about.is_symlink() || !is_open(&about) {
                return;
            }
            let mode = if about.is_dir() { 0o700 } else { 0o600 };
            match fs::set_permissions(path, Permissions::from_mode(mode)) {
                Ok(()) => self.closed.push(path.to_owned()),
                Err(error) => {
                    self.failed.push(format!("{}, which cannot be changed ({error})", path.display()));
                }
            }
        }
    }

    fn is_open(about: &Metadata) -> bool {
        about.permissions().mode() & 0o077 != 0
    }
}
