//! Files of a server that are written to this machine's disk.

use std::io;
use std::path::Path;

use anyhow::Context;
use tempfile::NamedTempFile;
use tikmatrix_client::Download;

/// Writes a file as it arrives, as a whole or not at all, and returns its size in bytes. One that is there already is left
/// as it is.
///
/// # Errors
/// When there is one, the connection breaks, or the disk is full.
pub(super) fn write_new(mut download: Download, path: &Path) -> anyhow::Result<u64> {
    let cannot = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder).with_context(cannot)?;
    let expected = download.size;
    let bytes = io::copy(&mut download, &mut file).with_context(cannot)?;
    if expected.is_some_and(|expected| expected != bytes) {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof)).with_context(cannot);
    }
    file.persist_noclobber(path).map_err(|error| error.error).with_context(cannot)?;
    Ok(bytes)
}

/// Writes a file to standard output as it arrives.
///
/// # Errors
/// When the connection breaks, or it cannot be written.
pub(super) fn write_to_stdout(mut download: Download) -> anyhow::Result<()> {
    let copied = io::copy(&mut download, &mut io::stdout().lock());
    match copied {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}
