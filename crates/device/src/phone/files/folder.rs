//! Whole folders to and from a phone, file by file. A file that exists already with the same size and time is skipped, so
//! that a repeated call continues an interrupted one.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::packing::Compression;
use super::remote_file::{PushOptions, RemoteEntry, RemoteStat};
use super::session::{Session, checked};
use super::transfer;
use crate::adb::error::{AdbCause, AdbError, shorten};
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;
use crate::phone::phone::Phone;
use crate::phone::shell;
use crate::shell_quote::shell_word;

/// The result of copying a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FolderReport {
    /// Files that were copied.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Files that existed already, with the same size and time.
    pub unchanged: u64,
    /// Links, devices and names that the other side cannot store.
    pub left_out: u64,
}

/// How whole folders are copied.
#[derive(Debug, Clone, Copy, Default)]
pub struct FolderCopy {
    /// The compression of the files on their way.
    pub compression: Compression,
}

impl FolderCopy {
    /// Copies the content of the folder `local` of this machine into the folder `remote` of the phone, which is created if
    /// missing. Each file arrives complete under its name or not at all. Files that the phone has already, with the same size
    /// and time, are skipped: after a failure the same call copies the rest. `progress` is called with the report so far.
    /// Links are skipped.
    ///
    /// # Errors
    /// The first file that fails, by its path; the phone is gone or does not answer in time.
    pub async fn push(
        self,
        phone: &Phone,
        local: &Path,
        remote: &str,
        progress: impl FnMut(&FolderReport),
        deadline: Deadline,
    ) -> Result<FolderReport, AdbError> {
        let attempt = || format!("push a folder to `{}`", shorten(remote));
        let work = async { push_tree(phone.link.adb()?, local, remote, self.compression, progress).await };
        phone.link.within(deadline, attempt, work).await
    }

    /// Copies the content of the folder `remote` of the phone into the folder `local` of this machine, otherwise as
    /// [`FolderCopy::push`]. No name that the phone sends leads out of `local`.
    ///
    /// # Errors
    /// The first file that fails or comes shorter than it was listed, by its path; `remote` is not a directory, the phone is
    /// gone or not done in time.
    pub async fn pull(
        self,
        phone: &Phone,
        remote: &str,
        local: &Path,
        progress: impl FnMut(&FolderReport),
        deadline: Deadline,
    ) -> Result<FolderReport, AdbError> {
        let attempt = || format!("pull the folder `{}`", shorten(remote));
        let work = async { pull_tree(phone.link.adb()?, remote, local, self.compression, progress).await };
        phone.link.within(deadline, attempt, work).await
    }
}

async fn push_tree(
    transport: &AdbTransport,
    local: &Path,
    remote: &str,
    compression: Compression,
    mut progress: impl FnMut(&FolderReport),
) -> Result<FolderReport, AdbCause> {
    let mut report = FolderReport::default();
    let mut folders = vec![(local.to_owned(), remote.trim_end_matches('/').to_owned())];
    while let Some((here, there)) = folders.pop() {
        let make = format!("mkdir -p {}", shell_word(&checked(&there)?));
        let made = shell::run(transport, &make, shell::MAX_WORDS).await?;
        if made.exit_status != 0 {
            return Err(AdbCause::rejected(&made.stderr_text()));
        }
        let entries = Session::open(transport).await?.list(&there).await?;
        let known: HashMap<String, RemoteStat> =
            entries.into_iter().map(|entry| (entry.name, entry.stat)).collect();
        let mut names = tokio::fs::read_dir(&here).await.map_err(on(&here))?;
        while let Some(entry) = names.next_entry().await.map_err(on(&here))? {
            let (kind, path) = (entry.file_type().await.map_err(on(&here))?, entry.path());
            let name = entry.file_name().into_string();
            let Ok(name) = name else {
                report.left_out += 1;
                continue;
            };
            let target = format!("{there}/{name}");
            if kind.is_dir() {
                folders.push((path, target));
                continue;
            }
            if !kind.is_file() {
                report.left_out += 1;
                continue;
            }
            let found = entry.metadata().await.map_err(on(&path))?;
            let options = PushOptions { mode: mode(&found), mtime: mtime(&found), compression };
            if known.get(&name).is_some_and(|there| same(there, &found)) {
                report.unchanged += 1;
                continue;
            }
            let file = tokio::fs::File::open(&path).await.map_err(on(&path))?;
            let before = report.bytes;
            let report_bytes = |sent| {
                report.bytes = before + sent;
                progress(&report);
            };
            transfer::push(transport, file, &target, options, report_bytes)
                .await
                .map_err(|cause| about(&target, cause))?;
            report.files += 1;
            progress(&report);
        }
    }
    Ok(report)
}

async fn pull_tree(
    transport: &AdbTransport,
    remote: &str,
    local: &Path,
    compression: Compression,
    mut progress: impl FnMut(&FolderReport),
) -> Result<FolderReport, AdbCause> {
    let mut report = FolderReport::default();
    let remote = remote.trim_end_matches('/').to_owned();
    let mut session = Session::open(transport).await?;
    if !session.stat(&format!("{remote}/")).await?.is_some_and(|found| found.is_directory()) {
        return Err(AdbCause::Rejected("there is no such directory".to_owned()));
    }
    let mut folders = vec![(remote, local.to_owned())];
    while let Some((there, here)) = folders.pop() {
        tokio::fs::create_dir_all(&here).await.map_err(on(&here))?;
        for RemoteEntry { name, stat } in session.list(&format!("{there}/")).await? {
            let (path, target) = (format!("{there}/{name}"), here.join(&name));
            if !is_single(&name) || !(stat.is_directory() || stat.is_file()) {
                report.left_out += 1;
            } else if stat.is_directory() {
                folders.push((path, target));
            } else if tokio::fs::symlink_metadata(&target).await.is_ok_and(|found| same(&stat, &found)) {
                report.unchanged += 1;
            } else {
                let before = report.bytes;
                let report_bytes = |written| {
                    report.bytes = before + written;
                    progress(&report);
                };
                let length = pull_file(transport, &path, &target, stat, compression, report_bytes)
                    .await
                    .map_err(|cause| about(&path, cause))?;
                report.bytes = before + length;
                report.files += 1;
                progress(&report);
            }
        }
    }
    Ok(report)
}

/// Pulls under a temporary name and renames; returns the file's length.
async fn pull_file(
    transport: &AdbTransport,
    path: &str,
    target: &Path,
    stat: RemoteStat,
    compression: Compression,
    progress: impl FnMut(u64),
) -> Result<u64, AdbCause> {
    let mut part = Part {
        path: target.with_file_name(format!(".tikmatrix-{:016x}.part", rand::random::<u64>())),
        over: false,
    };
    let mut file = tokio::fs::File::create(&part.path).await.map_err(on(&part.path))?;
    let length = transfer::pull(transport, path, Some(stat), &mut file, compression, progress).await?;
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(stat.mtime).unwrap_or(0));
    file.into_std().await.set_modified(modified).map_err(on(target))?;
    tokio::fs::rename(&part.path, target).await.map_err(on(target))?;
    part.over = true;
    Ok(length)
}

/// A partial file on this machine, removed unless it was renamed.
struct Part {
    path: PathBuf,
    over: bool,
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.over
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            log::debug!("the partial file of a pull could not be removed: {error}");
        }
    }
}

/// Returns whether a name is a single file name on this machine too.
fn is_single(name: &str) -> bool {
    let mut components = Path::new(name).components();
    matches!((components.next(), components.next()), (Some(Component::Normal(only)), None) if only == name)
}

fn same(there: &RemoteStat, here: &std::fs::Metadata) -> bool {
    let time = i64::from(mtime(here));
    there.is_file() && here.is_file() && there.size == here.len() && there.mtime == time
}

/// Seconds since 1970, within the range of ADB.
fn mtime(found: &std::fs::Metadata) -> u32 {
    let since = found.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    since.map_or(0, |since| u32::try_from(since.as_secs()).unwrap_or(u32::MAX))
}

#[cfg(unix)]
fn mode(found: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> u32 {
    PushOptions::default().mode
}

fn on(path: &Path) -> impl Fn(std::io::Error) -> AdbCause {
    move |error| AdbCause::Local(format!("{}: {error}", path.display()))
}

/// Adds the file to a cause that does not name it.
fn about(path: &str, cause: AdbCause) -> AdbCause {
    match cause {
        AdbCause::Rejected(words) => AdbCause::Rejected(format!("`{}`: {words}", shorten(path))),
        AdbCause::Local(words) => AdbCause::Local(format!("`{}`: {words}", shorten(path))),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_elsewhere_is_skipped() {
        for name in ["", ".", "..", "/", "a/b", "../a", "/etc/passwd", "a/"] {
            assert!(!is_single(name), "{name:?}");
        }
        for name in ["a", "...", ".a", "a b", "it's", "ü"] {
            assert!(is_single(name), "{name:?}");
        }
    }
}
