//! The folders from which tasks may name files. A client that may create tasks could otherwise publish every file that the
//! server can read.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The folders from which files are taken.
#[derive(Debug, Clone, Default)]
pub struct MaterialRoots {
    /// `None` means anywhere. The folders are as the system names them, without symbolic links.
    folders: Option<Vec<PathBuf>>,
}

/// A folder that cannot be one of them.
#[derive(Debug, Error)]
#[error("tasks cannot take files from the folder {}: {source}; create it, or name another one", path.display())]
pub struct UnusableRoot {
    path: PathBuf,
    source: io::Error,
}

/// What is wrong with a path.
#[derive(Debug, Error)]
pub(crate) enum Refused {
    #[error("cannot be looked for on the server: {0}")]
    Unreadable(io::Error),
    #[error("is in none of the folders from which this server takes files ({0})")]
    Outside(String),
    #[error("is not used: this server takes no files by their path (it has no --material-root)")]
    NoRoot,
}

impl MaterialRoots {
    /// Every file that the server can read.
    #[must_use]
    pub fn anywhere() -> Self {
        Self::default()
    }

    /// Only files in or below these folders; with no folder, no file.
    ///
    /// # Errors
    /// [`UnusableRoot`] when one of them is not there or is no folder.
    pub fn below(folders: Vec<PathBuf>) -> Result<Self, UnusableRoot> {
        let resolve = |path: PathBuf| {
            let found = path.canonicalize().and_then(|found| match found.metadata()?.is_dir() {
                true => Ok(found),
                false => Err(io::ErrorKind::NotADirectory.into()),
            });
            found.map_err(|source| UnusableRoot { path, source })
        };
        Ok(Self { folders: Some(folders.into_iter().map(resolve).collect::<Result<_, _>>()?) })
    }

    /// Returns the path to open for `path`: with every symbolic link and `..` resolved, so that none leads out of the folders.
    /// It blocks for as long as the file system takes. `None` if there is no such file in them.
    pub(crate) fn admit(&self, path: &Path) -> Result<Option<PathBuf>, Refused> {
        let Some(folders) = &self.folders else { return Ok(Some(path.to_owned())) };
        if folders.is_empty() {
            return Err(Refused::NoRoot);
        }
        let outside = || {
            let names: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
            Refused::Outside(names.join(", "))
        };
        match path.canonicalize() {
            Ok(found) if folders.iter().any(|folder| found.starts_with(folder)) => Ok(Some(found)),
            Ok(_) => Err(outside()),
            // Does not reveal whether there is such a file elsewhere.
            Err(_) if !folders.iter().any(|folder| is_plainly_below(path, folder)) => Err(outside()),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(Refused::Unreadable(error)),
        }
    }
}

/// Whether a path that does not exist would be below `folder` by its spelling alone.
fn is_plainly_below(path: &Path, folder: &Path) -> bool {
    let climbs = path.components().any(|part| matches!(part, std::path::Component::ParentDir));
    !climbs && path.starts_with(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(path.join("in/below")).unwrap();
        std::fs::create_dir(path.join("in-between")).unwrap();
        for file in ["in/a.mp4", "in/below/b.mp4", "in-between/c.mp4", "out.mp4"] {
            std::fs::write(path.join(file), file).unwrap();
        }
        (folder, path)
    }

    #[test]
    fn only_files_in_the_folders_are_taken() {
        let (_keep, path) = folder();
        let roots = MaterialRoots::below(vec![path.join("in")]).unwrap();
        for file in ["in/a.mp4", "in/below/b.mp4", "in/below/../a.mp4"] {
            assert!(roots.admit(&path.join(file)).unwrap().is_some(), "{file}");
        }
        for file in ["out.mp4", "in-between/c.mp4", "in/../out.mp4", "in/../absent.mp4", "absent.mp4"] {
            let error = roots.admit(&path.join(file)).unwrap_err();
            assert!(matches!(error, Refused::Outside(_)), "{file}: {error}");
        }
        assert_eq!(roots.admit(&path.join("in/absent.mp4")).unwrap(), None);
        assert!(matches!(roots.admit(Path::new("a.mp4")), Err(Refused::Outside(_))), "a relative path");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_leads_into_the_folders_and_never_out_of_them() {
        let (_keep, path) = folder();
        let roots = MaterialRoots::below(vec![path.join("in")]).unwrap();
        std::os::unix::fs::symlink(path.join("out.mp4"), path.join("in/escape.mp4")).unwrap();
        std::os::unix::fs::symlink(&path, path.join("in/up")).unwrap();
        std::os::unix::fs::symlink(path.join("in/a.mp4"), path.join("link.mp4")).unwrap();
        assert!(roots.admit(&path.join("in/escape.mp4")).is_err());
        assert!(roots.admit(&path.join("in/up/out.mp4")).is_err());
        assert_eq!(roots.admit(&path.join("link.mp4")).unwrap(), Some(path.join("in/a.mp4")));
    }

    #[test]
    fn without_a_folder_no_file_is_taken_and_without_bounds_every_one() {
        let (_keep, path) = folder();
        let none = MaterialRoots::below(Vec::new()).unwrap();
        assert!(matches!(none.admit(&path.join("in/a.mp4")), Err(Refused::NoRoot)));
        assert!(MaterialRoots::anywhere().admit(&path.join("out.mp4")).unwrap().is_some());
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let (_keep, path) = folder();
        for absent in ["absent", "out.mp4"] {
            let error = MaterialRoots::below(vec![path.join(absent)]).unwrap_err();
            assert!(error.to_string().contains(absent), "{error}");
        }
    }
}
