//! The licence file of a data directory, read within bounds.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tikmatrix_licensing::MAX_FILE_BYTES;

/// The file that `tikmatrix license install` writes and the server reads.
#[must_use]
pub fn license_path(data_directory: &Path) -> PathBuf {
    data_directory.join("license.json")
}

/// Reads the licence file at `path`; `None` if there is no file. Of a file that is too long to be a licence, enough is read
/// to detect that.
///
/// # Errors
/// When there is a file and it cannot be read.
pub fn read_license(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
