//! Writing and reading the archive of a backup, member by member, with a hash of each.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail, ensure};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::format::{MANIFEST, MAX_MANIFEST_BYTES, Manifest, Member};

/// How much is copied at once.
const BLOCK: usize = 128 * 1024;

/// Set when the command is to stop.
pub(super) type Stopped = AtomicBool;

/// An archive that is being written.
pub(super) struct ArchiveWriter<'file> {
    /// Dropped unfinished, it would try to write the rest, and print what prevents that.
    zip: ManuallyDrop<ZipWriter<&'file File>>,
    members: Vec<Member>,
}

/// An archive that is read. Its members are what its manifest lists.
#[derive(Debug)]
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    manifest: Manifest,
}

impl<'file> ArchiveWriter<'file> {
    pub(super) fn new(file: &'file File) -> Self {
        Self { zip: ManuallyDrop::new(ZipWriter::new(file)), members: Vec::new() }
    }

    /// Adds rows, which are worth to be compressed.
    pub(super) fn add_rows(&mut self, name: String, rows: &[u8], stopped: &Stopped) -> anyhow::Result<()> {
        self.add(name, CompressionMethod::Deflated, rows, stopped)
    }

    /// Adds a file. Videos, pictures and tapes are compressed already.
    pub(super) fn add_file(
        &mut self,
        name: String,
        file: impl Read,
        stopped: &Stopped,
    ) -> anyhow::Result<()> {
        self.add(name, CompressionMethod::Stored, file, stopped)
    }

    fn add(
        &mut self,
        name: String,
        method: CompressionMethod,
        content: impl Read,
        stopped: &Stopped,
    ) -> anyhow::Result<()> {
        self.zip.start_file(name.as_str(), options(method))?;
        let (size, sha256) = copy(content, &mut *self.zip, stopped)?;
        self.members.push(Member { name, size, sha256 });
        Ok(())
    }

    /// Adds the manifest, and returns it. The archive is complete then.
    pub(super) fn finish(
        mut self,
        manifest: impl FnOnce(Vec<Member>) -> Manifest,
    ) -> anyhow::Result<Manifest> {
        let manifest = manifest(std::mem::take(&mut self.members));
        self.zip.start_file(MANIFEST, options(CompressionMethod::Deflated))?;
        self.zip.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
        ManuallyDrop::into_inner(self.zip).finish()?;
        Ok(manifest)
    }
}

fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(method).unix_permissions(0o600).large_file(true)
}

impl Archive {
    /// Opens an archive and reads its manifest. The members are not read yet.
    ///
    /// # Errors
    /// Why the file is no backup.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let cannot_read = || format!("cannot read the backup {shown}");
        // A pipe would never end, and cannot be read from its end.
        ensure!(std::fs::metadata(path).with_context(cannot_read)?.is_file(), "{shown} is no file");
        let file = File::open(path).with_context(cannot_read)?;
        let mut zip = ZipArchive::new(BufReader::new(file))
            .with_context(|| format!("{shown} is no backup of tikmatrix, or its end is missing"))?;
        let manifest =
            read_manifest(&mut zip).with_context(|| format!("{shown} is no backup of tikmatrix"))?;
        ensure!(!zip.has_duplicate_names(), "the backup {shown} is damaged: two members have one name");
        let names: Result<Vec<_>, _> = zip.file_names().collect();
        let names = names.with_context(|| format!("the backup {shown} is damaged"))?;
        manifest
            .check(names.iter().map(AsRef::as_ref))
            .with_context(|| format!("the backup {shown} cannot be used"))?;
        Ok(Self { manifest, zip })
    }

    pub(super) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(super) fn into_manifest(self) -> Manifest {
        self.manifest
    }

    /// Reads every member and compares it with the manifest.
    ///
    /// # Errors
    /// Which is damaged.
    pub(super) fn verify(&mut self, stopped: &Stopped) -> anyhow::Result<()> {
        for number in 0..self.manifest.members.len() {
            self.copy(number, io::sink(), stopped)?;
        }
        Ok(())
    }

    /// Writes a member, by its number in the manifest, to `target`.
    ///
    /// # Errors
    /// Of `target`, or the member is damaged.
    pub(super) fn copy(
        &mut self,
        number: usize,
        target: impl Write,
        stopped: &Stopped,
    ) -> anyhow::Result<()> {
        let Some(member) = self.manifest.members.get(number) else { bail!("there is no member {number}") };
        let name = &member.name;
        let damaged = || format!("the backup is damaged: its member {name} cannot be read");
        let content = self.zip.by_name(name).with_context(damaged)?;
        // More than it should hold is not read: it may expand without end.
        let content = content.take(member.size.saturating_add(1));
        let (size, sha256) = match copy(content, target, stopped) {
            Err(error @ CopyError::Read(_)) => return Err(error).with_context(damaged),
            copied => copied?,
        };
        ensure!(
            size == member.size && sha256 == member.sha256,
            "the backup is damaged: its member {name} is not what was saved"
        );
        Ok(())
    }
}

fn read_manifest(zip: &mut ZipArchive<BufReader<File>>) -> anyhow::Result<Manifest> {
    let mut text = Vec::new();
    let manifest = zip.by_name(MANIFEST).with_context(|| format!("it has no {MANIFEST}"))?;
    manifest.take(MAX_MANIFEST_BYTES + 1).read_to_end(&mut text)?;
    ensure!(text.len() as u64 <= MAX_MANIFEST_BYTES, "its {MANIFEST} is too long");
    serde_json::from_slice(&text).with_context(|| format!("its {MANIFEST} cannot be read"))
}

/// Why a copy is incomplete.
#[derive(Debug, Error)]
enum CopyError {
    #[error(transparent)]
    Read(io::Error),
    #[error(transparent)]
    Write(io::Error),
    #[error("it was interrupted")]
    Stopped,
}

impl CopyError {
    /// Returns the error of what was written to.
    fn of_target(&self) -> Option<&io::Error> {
        match self {
            Self::Write(error) => Some(error),
            Self::Read(_) | Self::Stopped => None,
        }
    }
}

/// Adds to the error of a disk without room what a person can do: to name `other`, such as "a file", on another disk.
pub(super) fn with_way_out(error: anyhow::Error, other: &str) -> anyhow::Error {
    let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge];
    let is_full = |cause: &(dyn std::error::Error + 'static)| {
        let of_copy = || cause.downcast_ref::<CopyError>().and_then(CopyError::of_target);
        cause.downcast_ref::<io::Error>().or_else(of_copy).is_some_and(|cause| full.contains(&cause.kind()))
    };
    if error.chain().any(is_full) {
        return error.context(format!("there is no room: free some space, or name {other} on another disk"));
    }
    error
}

/// Copies `from` to its end, and returns its size and the digits of its hash.
fn copy(mut from: impl Read, mut to: impl Write, stopped: &Stopped) -> Result<(u64, String), CopyError> {
    let mut block = vec![0; BLOCK];
    let (mut size, mut hash) = (0, Sha256::new());
    loop {
        if stopped.load(Ordering::Relaxed) {
            return Err(CopyError::Stopped);
        }
        let read = match from.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Read(error)),
        };
        to.write_all(&block[..read]).map_err(CopyError::Write)?;
        hash.update(&block[..read]);
        size += read as u64;
    }
    Ok((size, format!("{:x}", hash.finalize())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::super::format::FORMAT;
    use super::*;

    static RUNNING: Stopped = AtomicBool::new(false);

    fn manifest(members: Vec<Member>) -> Manifest {
        let text = String::new;
        Manifest {
            format: FORMAT,
            tikmatrix: text(),
            schema: text(),
            database: text(),
            created_at: text(),
            numbers: BTreeMap::new(),
            missing: Vec::new(),
            members,
        }
    }

    /// Writes an archive whose manifest `edit` has changed.
    fn write(files: &[(&str, &[u8])], edit: impl FnOnce(&mut Vec<Member>)) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup");
        let file = File::create(&path).unwrap();
        let mut writer = ArchiveWriter::new(&file);
        for (name, bytes) in files {
            writer.add_rows((*name).to_owned(), bytes, &RUNNING).unwrap();
        }
        writer
            .finish(|mut members| {
                edit(&mut members);
                manifest(members)
            })
            .unwrap();
        (folder, path)
    }

    fn verified(path: &Path) -> anyhow::Result<()> {
        Archive::open(path)?.verify(&RUNNING)
    }

    #[test]
    fn what_was_written_is_read_again() {
        let (_folder, path) = write(&[("license.json", b"{}"), ("materials/a.mp4", b"video")], |_| {});
        verified(&path).unwrap();
        let mut archive = Archive::open(&path).unwrap();
        let mut bytes = Vec::new();
        archive.copy(1, &mut bytes, &RUNNING).unwrap();
        assert_eq!(bytes, b"video");
    }

    #[test]
    fn a_member_outside_of_the_data_directory_is_refused_by_its_name() {
        for name in ["../evil", "/etc/cron.d/evil", "materials/../../evil", "tikmatrix.sqlite"] {
            let (_folder, path) = write(&[(name, b"evil")], |_| {});
            let error = format!("{:#}", Archive::open(&path).unwrap_err());
            assert!(error.contains("a name that no backup has"), "{name}: {error}");
            let (_folder, path) = write(&[(name, b"evil")], Vec::clear);
            let error = format!("{:#}", Archive::open(&path).unwrap_err());
            assert!(error.contains("not in its list"), "{name}: {error}");
        }
    }

    #[test]
    fn a_member_is_what_the_manifest_says_and_no_byte_more() {
        let zeros = vec![0; 32 * 1024 * 1024];
        let (_folder, path) = write(&[("materials/a.mp4", &zeros)], |members| members[0].size = 10);
        let error = verified(&path).unwrap_err().to_string();
        assert!(error.contains("materials/a.mp4 is not what was saved"), "{error}");
        let (_folder, path) =
            write(&[("license.json", b"{}")], |members| members[0].sha256.replace_range(..1, "x"));
        assert!(verified(&path).is_err());
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_noticed_or_harmless() {
        let (folder, path) =
            write(&[("license.json", b"{\"plan\": \"Pro\"}"), ("phones.txt", b"a:1")], |_| {});
        let whole = std::fs::read(&path).unwrap();
        let other = folder.path().join("other");
        for at in 0..whole.len() {
            std::fs::write(&other, &whole[..at]).unwrap();
            assert!(verified(&other).is_err(), "cut at {at}");
            let mut changed = whole.clone();
            changed[at] ^= 0x40;
            std::fs::write(&other, &changed).unwrap();
            // A byte that no one reads, such as a date, may be another one; what is read has to be the same.
            let Ok(mut archive) = Archive::open(&other) else { continue };
            if archive.verify(&RUNNING).is_ok() {
                let mut bytes = Vec::new();
                archive.copy(0, &mut bytes, &RUNNING).unwrap();
                assert_eq!(bytes, b"{\"plan\": \"Pro\"}", "changed at {at}");
            }
        }
    }

    #[test]
    fn an_interrupted_copy_ends() {
        let stopped = AtomicBool::new(true);
        assert!(copy(io::repeat(0), io::sink(), &stopped).is_err());
    }
}
