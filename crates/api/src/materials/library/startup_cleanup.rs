//! Cleans the library's folder when a server starts: files that no material refers to were left by a server that crashed
//! between writing the file and its row. Complete files of a folder that may belong to another database are kept.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The extension of files that are being received.
pub(crate) const UNFINISHED: &str = "part";

/// Creates the folder if there is none, and removes what interrupted uploads left in it. `known` are the files that
/// materials refer to. Blocks.
pub(crate) fn begin(folder: &Path, known: Vec<String>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut missing: HashSet<String> = known.into_iter().collect();
    let knows_any = !missing.is_empty();
    let mut whole: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_known = entry.file_name().to_str().is_some_and(|name| missing.remove(name));
        if is_known || !entry.file_type()?.is_file() {
            continue;
        }
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == UNFINISHED) {
            remove(&path)?;
        } else {
            whole.push(path);
        }
    }
    // A database whose own files are missing, or that has none, may have been given the folder of another one.
    if knows_any && missing.is_empty() {
        return whole.iter().try_for_each(|path| remove(path));
    }
    for path in whole {
        log::warn!("no material of this database has the file {}, which stays", path.display());
    }
    for name in missing {
        log::warn!("the file {} of a material is missing", folder.join(name).display());
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    log::info!("removing {}, which an interrupted upload left", path.display());
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a whole file, an unfinished one and a folder that no material has, beside one that `known` has.
    fn left(known: &[&str]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("materials");
        begin(&folder, Vec::new()).unwrap();
        for name in ["known.mp4", "orphan.mp4", "cut-off.part"] {
            fs::write(folder.join(name), name).unwrap();
        }
        fs::create_dir(folder.join("of a person")).unwrap();
        begin(&folder, known.iter().map(|name| (*name).to_owned()).collect()).unwrap();
        let names = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        let mut left: Vec<_> = names.collect();
        left.sort();
        left
    }

    #[test]
    fn what_no_material_has_is_removed_and_what_one_has_stays() {
        assert_eq!(left(&["known.mp4"]), ["known.mp4", "of a person"]);
    }

    #[test]
    fn a_folder_that_may_be_another_databases_loses_no_whole_file() {
        for known in [&[][..], &["known.mp4", "missing.mp4"], &["of another.mp4"]] {
            assert_eq!(left(known), ["known.mp4", "of a person", "orphan.mp4"], "{known:?}");
        }
    }
}
