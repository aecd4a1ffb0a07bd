//! The library's folder when a server starts: files that no material has were left by a server that died between the
//! file and its row.

use std::collections::HashSet;
use std::path::Path;
use std::{fs, io};

/// Makes the folder if need be, and removes every file in it that is not `known`. It blocks.
pub(super) fn begin(folder: &Path, known: Vec<String>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut missing: HashSet<String> = known.into_iter().collect();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_known = entry.file_name().to_str().is_some_and(|name| missing.remove(name));
        if !is_known && entry.file_type()?.is_file() {
            log::info!("removing {}, which an upload that was cut off left", entry.path().display());
            fs::remove_file(entry.path())?;
        }
    }
    for name in missing {
        log::warn!("the file {} of a material is missing", folder.join(name).display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_material_has_is_removed_and_what_one_has_stays() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("materials");
        begin(&folder, vec!["missing.mp4".to_owned()]).unwrap();
        for name in ["known.mp4", "orphan.mp4", "cut-off.part"] {
            fs::write(folder.join(name), name).unwrap();
        }
        fs::create_dir(folder.join("a folder of somebody")).unwrap();
        begin(&folder, vec!["known.mp4".to_owned()]).unwrap();
        let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["a folder of somebody", "known.mp4"]);
    }
}
