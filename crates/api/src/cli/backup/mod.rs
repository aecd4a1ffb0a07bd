//! `tikmatrix backup` and `tikmatrix restore`: everything that a server keeps, in one file. They work on the data directory
//! and the database themselves, with or without a server.

mod archive;
mod format;
mod held_files;
mod restore;
mod save;
mod target;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use tikmatrix_api::database_path;
use tikmatrix_device::adb::keys::KeyFiles;
use tikmatrix_storage::DatabaseLocation;

use self::archive::with_way_out;
use self::format::{ADB_KEY, Content, Manifest, content};
use self::save::Source;
use super::output::answer::Output;
use super::output::{counted, printable};
use super::shutdown::shutdown_signal;
use super::token::Location;

/// The options of `backup`.
#[derive(Debug, Args)]
pub(super) struct BackupOptions {
    /// The file to write. A backup that is there is replaced when the new one is complete
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    location: Location,
    /// The server's licence file [default: the one in its data directory]
    #[arg(long, env = "TIKMATRIX_LICENSE", value_name = "FILE")]
    license: Option<PathBuf>,
    /// The RSA key by which phones know the server [default: ~/.android/adbkey, as for adb]
    #[arg(long, env = "TIKMATRIX_ADB_KEY", value_name = "FILE")]
    adb_key: Option<PathBuf>,
}

/// The options of `restore`.
#[derive(Debug, Args)]
pub(super) struct RestoreOptions {
    /// The file that `tikmatrix backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    location: Location,
}

/// Writes a backup.
pub(super) async fn save(options: BackupOptions, output: Output) -> anyhow::Result<()> {
    let BackupOptions { file, location, license, adb_key } = options;
    let directory = location.directory()?;
    if !directory.is_dir() {
        bail!("there is no data directory {}: name the server's with --data-dir", directory.display());
    }
    let path = file.clone();
    let manifest = interruptible(move |stopped| {
        let file = database_path(&directory);
        let source = Source {
            data_directory: &directory,
            database: database(&location, &file),
            license,
            adb_key: adb_key.or_else(|| KeyFiles::of_user().own),
        };
        save::save(&source, &path, stopped)
    })
    .await?;
    for name in &manifest.missing {
        output.warn(&format!("{name} was missing already, and is not in the backup"));
    }
    report(&manifest, output, &format!("Saved to {}", file.display())).context("the backup is written")
}

/// Restores a backup.
pub(super) async fn restore(options: RestoreOptions, output: Output) -> anyhow::Result<()> {
    let RestoreOptions { file, location } = options;
    let directory = location.directory()?;
    let path = directory.clone();
    let manifest = interruptible(move |stopped| {
        let database_file = database_path(&path);
        restore::restore(&file, &path, database(&location, &database_file), stopped)
            .map_err(|error| with_way_out(error, "a data directory"))
    })
    .await?;
    for name in &manifest.missing {
        output.warn(&format!("{} was missing already when the backup was made", printable(name)));
    }
    report(&manifest, output, &format!("Restored to {}", directory.display()))
        .context("the backup is restored")?;
    if manifest.members.iter().any(|member| member.name == ADB_KEY) {
        output.explain(&format!(
            "The key by which phones know the server is {}: name it with --adb-key when you start the server.",
            directory.join(ADB_KEY).display()
        ));
    }
    output.explain(
        "Stop the server that the backup is of before you start this one: both would run the same tasks.",
    );
    Ok(())
}

fn database<'location>(
    location: &'location Location,
    file: &'location std::path::Path,
) -> DatabaseLocation<'location> {
    location.database_url().map_or(DatabaseLocation::File(file), DatabaseLocation::Url)
}

/// Runs what blocks, until its end or until a signal asks it to clean up and end.
async fn interruptible(
    work: impl FnOnce(&AtomicBool) -> anyhow::Result<Manifest> + Send + 'static,
) -> anyhow::Result<Manifest> {
    let signal = shutdown_signal().context("cannot listen for signals")?;
    let stopped = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&stopped);
    let waiting = tokio::spawn(async move {
        signal.await;
        stop.store(true, Ordering::Relaxed);
    });
    let done = tokio::task::spawn_blocking(move || work(&stopped)).await?;
    waiting.abort();
    done
}

/// Shows what a backup holds.
fn report(manifest: &Manifest, output: Output, sentence: &str) -> anyhow::Result<()> {
    let (files, bytes) = files_and_bytes(manifest);
    let Manifest { tikmatrix, schema, database, created_at, missing, .. } = manifest;
    let answer = json!({
        "created_at": created_at,
        "version": tikmatrix,
        "schema": schema,
        "database": database,
        "files": files,
        "bytes": bytes,
        "missing": missing,
    });
    output.say(&answer, || summary(manifest, sentence))
}

fn files_and_bytes(manifest: &Manifest) -> (u64, u64) {
    let files = manifest.members.iter().filter(|it| matches!(content(&it.name), Some(Content::File(_))));
    files.fold((0, 0), |(count, sum), it| (count + 1, it.size.saturating_add(sum)))
}

/// Returns what a backup holds as one line.
fn summary(manifest: &Manifest, sentence: &str) -> String {
    let (files, bytes) = files_and_bytes(manifest);
    // They come from the file, and must not look like further lines of this program.
    let (database, created_at) = (printable(&manifest.database), printable(&manifest.created_at));
    let (files, size) = (counted(files, "file"), bytes.div_ceil(1024 * 1024));
    format!("{sentence}: the rows of {database} and {files} ({size} MiB), as of {created_at}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_backup_says_of_itself_forges_no_line() {
        let hostile = "\u{1b}[2Jx\r\nRestored to /: all is well";
        let text = || hostile.to_owned();
        let mut manifest = Manifest {
            format: format::FORMAT,
            tikmatrix: text(),
            schema: text(),
            database: text(),
            created_at: text(),
            numbers: [].into(),
            missing: Vec::new(),
            members: Vec::new(),
        };
        manifest.format += 1;
        let refusal = manifest.check([].into_iter()).unwrap_err().to_string();
        for line in [summary(&manifest, "Restored to data"), refusal] {
            assert!(!line.contains(['\u{1b}', '\r', '\n']), "{line:?}");
        }
    }
}
