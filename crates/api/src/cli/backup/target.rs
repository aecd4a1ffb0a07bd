//! The empty data directory into which a backup is restored. Everything is written below one folder of it and gets its own
//! name at the end, the database last: a server finds all of it or nothing.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use tikmatrix_api::{RunningServer, create_data_directory};

/// The folder in which a restore is prepared.
const STAGING: &str = "restore.tmp";
/// The folder that file systems make for themselves.
const LOST_AND_FOUND: &str = "lost+found";

/// A data directory that is being filled. Unless it is completed, dropping it removes what was written.
pub(super) struct Target {
    directory: PathBuf,
    staging: PathBuf,
    /// The final name of a SQLite database.
    database: Option<PathBuf>,
    /// Keeps servers away from that.
    lock: Option<(File, PathBuf)>,
    /// Whether the directory was not there before.
    is_new: bool,
    placed: Vec<PathBuf>,
    is_complete: bool,
}

impl Target {
    /// Takes an empty directory, or creates one. `database` is the SQLite file that the server will use, if it uses one.
    ///
    /// # Errors
    /// It holds data, or a server works on it; nothing has changed then.
    pub(super) fn take(directory: &Path, database: Option<PathBuf>) -> anyhow::Result<Self> {
        let shown = directory.display();
        let cannot_use = || format!("cannot use the data directory {shown}");
        let is_new = !directory.try_exists().with_context(cannot_use)?;
        create_data_directory(directory).with_context(cannot_use)?;
        let mut target = Self {
            directory: directory.to_owned(),
            staging: directory.join(STAGING),
            database,
            lock: None,
            is_new,
            placed: Vec::new(),
            is_complete: false,
        };
        if let Err(error) = target.check_and_lock() {
            // What is there is not this command's, and stays.
            target.is_complete = !is_new;
            return Err(error);
        }
        fs::create_dir(&target.staging).with_context(cannot_use)?;
        Ok(target)
    }

    /// The folder for the files, each by its path in the data directory.
    pub(super) fn staging(&self) -> &Path {
        &self.staging
    }

    /// The name of a SQLite database while it is filled.
    pub(super) fn staged_database(&self) -> Option<PathBuf> {
        self.database.as_deref().map(|database| beside(database, ".restore"))
    }

    /// Gives the files their names. They are taken back unless [`Target::complete`] follows.
    pub(super) fn place_files(&mut self) -> io::Result<()> {
        for entry in fs::read_dir(&self.staging)? {
            let entry = entry?;
            let path = self.directory.join(entry.file_name());
            fs::rename(entry.path(), &path)?;
            self.placed.push(path);
        }
        fs::remove_dir(&self.staging)
    }

    /// Gives a SQLite database its name. From then on the data directory is a server's.
    pub(super) fn complete(mut self) -> io::Result<()> {
        if let (Some(staged), Some(database)) = (self.staged_database(), &self.database) {
            File::open(&staged)?.sync_all()?;
            fs::rename(staged, database)?;
        }
        self.is_complete = true;
        Ok(())
    }

    fn check_and_lock(&mut self) -> anyhow::Result<()> {
        let shown = self.directory.display();
        let cannot_read = || format!("cannot read the data directory {shown}");
        if RunningServer::of(&self.directory).with_context(cannot_read)?.is_some() {
            bail!(
                "a server runs on the data directory {shown}: a restore needs an empty one; name it with --data-dir, or stop \
                 the server and move the directory away"
            );
        }
        for entry in fs::read_dir(&self.directory).with_context(cannot_read)? {
            let name = entry.with_context(cannot_read)?.file_name();
            if name == STAGING {
                fs::remove_dir_all(&self.staging)
                    .with_context(|| format!("cannot remove what an earlier restore left in {shown}"))?;
            } else if name != LOST_AND_FOUND {
                bail!(
                    "the data directory {shown} is not empty ({} is there): a restore overwrites nothing; name an empty \
                     directory with --data-dir, or move this one away",
                    Path::new(&name).display()
                );
            }
        }
        let Some(database) = &self.database else { return Ok(()) };
        let shown = database.display();
        ensure!(
            !database.try_exists().with_context(|| format!("cannot use the database {shown}"))?,
            "the database {shown} is there already: a restore overwrites nothing; name another with --database-url, or move \
             it away"
        );
        let path = beside(database, ".lock");
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let lock = open.with_context(|| format!("cannot use {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("a server, or another restore, works on the database {shown}")
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        self.lock = Some((lock, path));
        Ok(())
    }

    fn take_back(&self) -> io::Result<()> {
        let mut all = vec![self.staging.clone()];
        all.extend(self.placed.iter().cloned());
        if let Some(staged) = self.staged_database() {
            all.extend(["", "-wal", "-shm", "-journal"].map(|ending| beside(&staged, ending)));
        }
        all.extend(self.lock.iter().map(|(_, path)| path.clone()));
        all.iter().try_for_each(|path| remove(path))?;
        if self.is_new { fs::remove_dir(&self.directory) } else { Ok(()) }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.is_complete
            && let Err(error) = self.take_back()
        {
            let directory = self.directory.display();
            log::warn!("{directory} holds parts of a backup that was not restored: remove it ({error})");
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    removed.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let names = fs::read_dir(directory).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_not_completed_leaves_the_directory_as_it_was() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("new");
        let fill = || {
            let mut target = Target::take(&data, Some(data.join("db"))).unwrap();
            fs::write(target.staging().join("license.json"), "{}").unwrap();
            fs::write(target.staged_database().unwrap(), "rows").unwrap();
            target.place_files().unwrap();
            target
        };
        drop(fill());
        assert!(!data.exists(), "it was made by the restore");
        fs::create_dir(&data).unwrap();
        drop(fill());
        assert!(names(&data).is_empty(), "{:?}", names(&data));
        fill().complete().unwrap();
        assert_eq!(names(&data), ["db", "db.lock", "license.json"]);
    }

    #[test]
    fn data_is_refused_and_what_an_earlier_restore_left_is_removed() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path();
        fs::create_dir_all(path.join(STAGING).join("materials")).unwrap();
        fs::create_dir(path.join(LOST_AND_FOUND)).unwrap();
        drop(Target::take(path, None).unwrap());
        assert_eq!(names(path), [LOST_AND_FOUND]);
        fs::write(path.join("anything"), "").unwrap();
        let refused = Target::take(path, None).err().unwrap().to_string();
        assert!(refused.contains("anything is there") && refused.contains("--data-dir"), "{refused}");
        assert_eq!(names(path), ["anything", LOST_AND_FOUND]);
        let other = path.join("other.sqlite");
        fs::write(&other, "rows").unwrap();
        let elsewhere = path.join("empty");
        let refused = Target::take(&elsewhere, Some(other)).err().unwrap().to_string();
        assert!(refused.contains("--database-url"), "{refused}");
        assert!(!elsewhere.exists());
    }

    #[test]
    fn a_database_that_a_server_has_locked_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let lock = File::create(root.path().join("db.lock")).unwrap();
        lock.lock().unwrap();
        let refused = Target::take(&data, Some(root.path().join("db"))).err().unwrap().to_string();
        assert!(refused.contains("a server"), "{refused}");
        assert!(root.path().join("db.lock").exists() && !data.exists());
    }
}
