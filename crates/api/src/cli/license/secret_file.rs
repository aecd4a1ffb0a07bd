//! Files that nobody but their owner may read.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, bail};

/// More than any key has.
const LONGEST: u64 = 4096;

/// Writes `text` into a new file that its owner alone may read. A file that is there already is left as it is.
///
/// # Errors
/// When there is one, or it cannot be written.
pub(super) fn create(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let cannot = || format!("cannot make the file {}", path.display());
    let mut file = options.open(path).with_context(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(cannot)
}

/// Reads such a file, and refuses one that others may read.
///
/// # Errors
/// When they may, or it cannot be read.
pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("cannot read the file {}", path.display());
    let file = File::open(path).with_context(cannot)?;
    refuse_open_to_others(&file, path)?;
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).with_context(cannot)?;
    Ok(text)
}

#[cfg(unix)]
fn refuse_open_to_others(file: &File, path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode =
        file.metadata().with_context(|| format!("cannot look at {}", path.display()))?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("others may read the private key in {0}: say `chmod 600 {0}` first", path.display());
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_open_to_others(_file: &File, _path: &Path) -> anyhow::Result<()> {
    Ok(())
}
