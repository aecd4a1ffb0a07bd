//! `tikmatrix backup`: the snapshot of a database and the files of its data directory, into one archive.
//!
//! It works on the database and the directory themselves, not through a server: so it needs neither a token nor a server
//! that answers, and no key, licence or hash of a token ever passes over HTTP.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use chrono::{SecondsFormat, Utc};
use tempfile::NamedTempFile;
use tikmatrix_api::{license_path, saved_addresses_path};
use tikmatrix_storage::{DatabaseLocation, HeldSnapshot, Snapshot};

use super::archive::{Archive, ArchiveWriter, Stopped, with_way_out};
use super::format::{ADB_KEY, FORMAT, Manifest, ROWS_BYTES, rows_name};
use super::held_files::{Files, HeldFiles};

/// What a backup is made of.
pub(super) struct Source<'source> {
    pub(super) data_directory: &'source Path,
    pub(super) database: DatabaseLocation<'source>,
    /// The server's licence, where it is not the one of the data directory.
    pub(super) license: Option<PathBuf>,
    /// The server's key for ADB.
    pub(super) adb_key: Option<PathBuf>,
}

/// Writes a backup to `path`, where another backup may be. It blocks.
///
/// # Errors
/// What is at `path` stays as it is then.
pub(super) fn save(source: &Source<'_>, path: &Path, stopped: &Stopped) -> anyhow::Result<Manifest> {
    let cannot_write = || format!("cannot write the backup {}", path.display());
    let name = path.file_name().with_context(cannot_write)?;
    if path.symlink_metadata().is_ok_and(|found| found.len() > 0 || !found.is_file()) {
        Archive::open(path)
            .context("another file is replaced by a backup only if it is one: name another file")?;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The name says to a person what a file is that a killed command left.
    let new = tempfile::Builder::new().prefix(name).suffix(".part").tempfile_in(folder);
    let new = new.with_context(cannot_write)?;
    let written = write(source, &new, stopped).and_then(|manifest| {
        new.as_file().sync_all()?;
        Ok(manifest)
    });
    let manifest = written.map_err(|error| with_way_out(error, "a file")).with_context(cannot_write)?;
    new.persist(path).with_context(cannot_write)?;
    Ok(manifest)
}

fn write(source: &Source<'_>, file: &NamedTempFile, stopped: &Stopped) -> anyhow::Result<Manifest> {
    let mut held_files = HeldFiles::begin(source.data_directory)?;
    let mut held = HeldSnapshot::take(source.database)?;
    let created_at = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let files = held_files.hold(&held.files()?)?;
    let mut snapshot = held.release()?;
    let mut archive = ArchiveWriter::new(file.as_file());
    add_rows(&mut archive, &mut snapshot, stopped)?;
    let Files { present, missing } = files;
    for name in present {
        let file = held_files.open(&name)?;
        archive.add_file(name, file, stopped)?;
    }
    let license = source.license.clone().unwrap_or_else(|| license_path(source.data_directory));
    let single = [
        ("license.json", Some(license)),
        ("phones.txt", Some(saved_addresses_path(source.data_directory))),
        (ADB_KEY, source.adb_key.clone()),
    ];
    for (name, path) in single {
        if let Some(file) = path.as_deref().map(open_if_there).transpose()?.flatten() {
            archive.add_file(name.to_owned(), file, stopped)?;
        }
    }
    let numbers = snapshot.numbers()?;
    archive.finish(|members| Manifest {
        format: FORMAT,
        tikmatrix: env!("CARGO_PKG_VERSION").to_owned(),
        schema: snapshot.version().to_owned(),
        database: snapshot.database().to_owned(),
        created_at,
        numbers,
        missing,
        members,
    })
}

fn add_rows(
    archive: &mut ArchiveWriter<'_>,
    snapshot: &mut Snapshot,
    stopped: &Stopped,
) -> anyhow::Result<()> {
    for table in snapshot.tables().to_vec() {
        let mut rows = String::new();
        let mut part = 0;
        let mut written = Ok(());
        let mut flush = |rows: &mut String| {
            let name = rows_name(&table.name, part);
            part += 1;
            archive.add_rows(name, std::mem::take(rows).as_bytes(), stopped)
        };
        snapshot.rows(&table, &mut |row| {
            rows.push_str(&row);
            rows.push('\n');
            if rows.len() >= ROWS_BYTES {
                written = flush(&mut rows);
            }
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        written?;
        if !rows.is_empty() {
            flush(&mut rows)?;
        }
    }
    Ok(())
}

/// Opens one of the small files, which servers replace as a whole and never change.
fn open_if_there(path: &Path) -> anyhow::Result<Option<File>> {
    let failed = || format!("cannot read {}", path.display());
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(failed),
        Ok(found) => {
            ensure!(found.is_file(), "{} is no file", path.display());
            if found.len() > 1024 * 1024 {
                bail!("{} is too long to be what its name says", path.display());
            }
            File::open(path).map(Some).with_context(failed)
        }
    }
}
