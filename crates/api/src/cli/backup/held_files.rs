//! Files that a backup is about to read, held by second names: a server that deletes one meanwhile removes its own name only.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tikmatrix_api::{artifacts_folder, materials_folder};
use tikmatrix_storage::ReferencedFiles;

use super::format::{Content, content};

/// The folder of the second names in the data directory.
const FOLDER: &str = "backup.tmp";
/// Held while a backup uses the folder.
const LOCK: &str = "backup.lock";

/// The files of materials and artifacts. Their second names are removed when it is dropped, or else by the next backup.
pub(super) struct HeldFiles {
    data_directory: PathBuf,
    folder: PathBuf,
    held: HashSet<String>,
    /// Whether the file system has second names.
    has_links: bool,
    _lock: File,
}

/// The files to which a database refers, by their names in a backup.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) present: Vec<String>,
    pub(super) missing: Vec<String>,
}

impl HeldFiles {
    /// Holds all files of the data directory. Many at once are held here, before a database is held for those that have come
    /// since.
    pub(super) fn begin(data_directory: &Path) -> anyhow::Result<Self> {
        let path = data_directory.join(LOCK);
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let lock = open.with_context(|| format!("cannot use {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another backup of {} is being written: wait for its end", data_directory.display())
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        let mut files = Self {
            data_directory: data_directory.to_owned(),
            folder: data_directory.join(FOLDER),
            held: HashSet::new(),
            has_links: true,
            _lock: lock,
        };
        files.hold_all().with_context(|| format!("cannot use {}", files.folder.display()))?;
        Ok(files)
    }

    /// Holds the files to which a database refers, while no one can delete any.
    ///
    /// # Errors
    /// Of the file system, or the database names a file as no server does.
    pub(super) fn hold(&mut self, referenced: &ReferencedFiles) -> anyhow::Result<Files> {
        let mut files = Files::default();
        for name in names(referenced)? {
            let is_there = self.hold_one(&name).with_context(|| format!("cannot hold {name}"))?;
            if is_there { files.present.push(name) } else { files.missing.push(name) }
        }
        Ok(files)
    }

    /// Opens a file by its name in the backup.
    pub(super) fn open(&self, name: &str) -> anyhow::Result<File> {
        let path = if self.has_links { self.folder.join(name) } else { self.data_directory.join(name) };
        match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound && !self.has_links => bail!(
                "{name} was deleted while the backup was written, and the file system of {} has no hard links, which \
                 would have kept it: try it again while no tasks or materials are deleted",
                self.data_directory.display()
            ),
            opened => opened.with_context(|| format!("cannot read {}", path.display())),
        }
    }

    fn hold_all(&mut self) -> io::Result<()> {
        remove(&self.folder)?;
        fs::create_dir(&self.folder)?;
        for folder in [materials_folder(&self.data_directory), artifacts_folder(&self.data_directory)] {
            self.hold_folder(&folder)?;
        }
        Ok(())
    }

    fn hold_folder(&mut self, folder: &Path) -> io::Result<()> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.hold_folder(&entry.path())?;
            } else if kind.is_file()
                && let Some(name) = self.name(&entry.path())
            {
                self.hold_one(&name)?;
            }
        }
        Ok(())
    }

    /// The name that a file has in a backup, if it can have one.
    fn name(&self, path: &Path) -> Option<String> {
        let path = path.strip_prefix(&self.data_directory).ok()?;
        let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
        parts.map(|parts| parts.join("/")).filter(|name| content(name).is_some())
    }

    /// Holds a file, and returns whether it is there.
    fn hold_one(&mut self, name: &str) -> io::Result<bool> {
        if self.held.contains(name) {
            return Ok(true);
        }
        let path = self.data_directory.join(name);
        if self.has_links {
            let link = self.folder.join(name);
            if let Some(folder) = link.parent() {
                fs::create_dir_all(folder)?;
            }
            match fs::hard_link(&path, link) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
                Err(error) if self.held.is_empty() => {
                    log::warn!("files that are deleted during the backup are not kept for it: {error}");
                    self.has_links = false;
                }
                Err(error) => return Err(error),
            }
        }
        let is_there = self.has_links || path.is_file();
        if is_there {
            self.held.insert(name.to_owned());
        }
        Ok(is_there)
    }
}

impl Drop for HeldFiles {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.folder) {
            log::warn!("{} stays until the next backup: {error}", self.folder.display());
        }
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// The names that the files have in a backup, each once.
///
/// # Errors
/// One is no name of a server's file, and may lead out of the data directory.
pub(super) fn names(referenced: &ReferencedFiles) -> anyhow::Result<Vec<String>> {
    let materials = referenced.materials.iter().map(|file| format!("materials/{file}"));
    let artifacts = referenced.artifacts.iter().map(|file| format!("artifacts/{file}"));
    let mut known = HashSet::new();
    let mut names = Vec::new();
    for name in materials.chain(artifacts) {
        if !matches!(content(&name), Some(Content::File(_))) {
            bail!("the database refers to the file {name:?}, which is no name of a file of a server");
        }
        if known.insert(name.clone()) {
            names.push(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_deleted_after_it_was_held_can_still_be_read() {
        let data = tempfile::tempdir().unwrap();
        let materials = data.path().join("materials");
        fs::create_dir(&materials).unwrap();
        fs::write(materials.join("early.mp4"), "early").unwrap();
        let mut held = HeldFiles::begin(data.path()).unwrap();
        assert!(HeldFiles::begin(data.path()).is_err(), "one backup at a time");
        fs::write(materials.join("late.mp4"), "late").unwrap();
        let referenced = ReferencedFiles {
            materials: ["early.mp4", "late.mp4", "gone.mp4"].map(str::to_owned).to_vec(),
            artifacts: vec!["7/1/tape.jsonl.gz".to_owned()],
        };
        let files = held.hold(&referenced).unwrap();
        assert_eq!(files.present, ["materials/early.mp4", "materials/late.mp4"]);
        assert_eq!(files.missing, ["materials/gone.mp4", "artifacts/7/1/tape.jsonl.gz"]);
        fs::remove_dir_all(&materials).unwrap();
        for (name, text) in [("materials/early.mp4", "early"), ("materials/late.mp4", "late")] {
            assert_eq!(io::read_to_string(held.open(name).unwrap()).unwrap(), text);
        }
        let folder = held.folder.clone();
        drop(held);
        assert!(!folder.exists());
    }

    #[test]
    fn a_path_that_leads_out_of_the_data_directory_is_refused() {
        for file in ["../license.json", "/etc/passwd", ".."] {
            let referenced = ReferencedFiles { materials: vec![file.to_owned()], artifacts: Vec::new() };
            assert!(names(&referenced).is_err(), "{file}");
        }
    }
}
