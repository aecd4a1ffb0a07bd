//! The form of a backup: a zip archive, which any tool opens. Its manifest lists every other member with size and hash; the
//! rows of the database are JSON lines, each table in parts that fit into memory; all else are the files of the data
//! directory under their own names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{bail, ensure};
use serde::{Deserialize, Serialize};

use crate::cli::output::printable;

/// The name of the manifest in the archive.
pub(super) const MANIFEST: &str = "manifest.json";
/// The name of the server's key for ADB, in the archive and in a restored data directory.
pub(super) const ADB_KEY: &str = "adbkey";
/// The version of this form.
pub(super) const FORMAT: u32 = 1;
/// More than the manifest of a million files.
pub(super) const MAX_MANIFEST_BYTES: u64 = 256 * 1024 * 1024;
/// From this size on, a part of a table's rows is complete.
pub(super) const ROWS_BYTES: usize = 4 * 1024 * 1024;
/// More than a part with the longest row that a table can hold.
const MAX_ROWS_BYTES: u64 = 64 * 1024 * 1024;

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The version of the form.
    pub(super) format: u32,
    /// The version of the program that wrote it.
    pub(super) tikmatrix: String,
    /// The version of the tables.
    pub(super) schema: String,
    /// The location of the database, without a password.
    pub(super) database: String,
    /// The moment of the snapshot, RFC 3339.
    pub(super) created_at: String,
    /// The highest number that each table has given out.
    pub(super) numbers: BTreeMap<String, i64>,
    /// Files that the database refers to and that were missing already.
    pub(super) missing: Vec<String>,
    /// Everything else in the archive, in its order.
    pub(super) members: Vec<Member>,
}

/// A member of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) size: u64,
    /// In hexadecimal digits.
    pub(super) sha256: String,
}

/// What a member is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Rows of this table.
    Rows(String),
    /// A file, by its path in the data directory.
    File(PathBuf),
}

/// The name of a part of a table's rows.
pub(super) fn rows_name(table: &str, part: usize) -> String {
    format!("database/{table}/{part:06}.jsonl")
}

/// Returns what a member is by its name; `None` for a name that no backup has, such as one that leads out of the data
/// directory.
pub(super) fn content(name: &str) -> Option<Content> {
    let parts: Vec<&str> = name.split('/').collect();
    if !parts.iter().all(|part| is_plain(part)) {
        return None;
    }
    match *parts.as_slice() {
        ["database", table, part] if part.ends_with(".jsonl") => Some(Content::Rows(table.to_owned())),
        [ADB_KEY | "license.json" | "phones.txt"] | ["materials", _] | ["artifacts", _, _, _] => {
            Some(Content::File(parts.iter().collect()))
        }
        _ => None,
    }
}

/// Returns whether a text is the name of a file and nothing else, on every system.
fn is_plain(name: &str) -> bool {
    let is_harmless = |letter: u8| letter.is_ascii_alphanumeric() || b"._-".contains(&letter);
    !name.is_empty() && name.len() <= 200 && !name.starts_with('.') && name.bytes().all(is_harmless)
}

impl Manifest {
    /// Checks what can be said without reading the members: `names` are those of the archive.
    ///
    /// # Errors
    /// The reason, for a person.
    pub(super) fn check<'names>(&self, names: impl Iterator<Item = &'names str>) -> anyhow::Result<()> {
        if self.format > FORMAT {
            bail!(
                "it has format {}, and this version of tikmatrix reads formats up to {FORMAT}: use version {} or newer",
                self.format,
                printable(&self.tikmatrix)
            );
        }
        let mut listed = BTreeSet::new();
        for Member { name, size, .. } in &self.members {
            match content(name) {
                None => bail!("its member {name:?} has a name that no backup has"),
                Some(Content::Rows(_)) => {
                    ensure!(*size <= MAX_ROWS_BYTES, "its member {name} is longer than any part of a table");
                }
                Some(Content::File(_)) => {}
            }
            ensure!(listed.insert(name.as_str()), "it lists the member {name} twice");
        }
        for name in names.filter(|name| *name != MANIFEST) {
            ensure!(listed.remove(name), "its member {name:?} is not in its list");
        }
        if let Some(name) = listed.first() {
            bail!("its member {name} is missing");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_a_data_directory_are_members() {
        let file = |path: &str| Some(Content::File(path.into()));
        assert_eq!(content("materials/0a.mp4"), file("materials/0a.mp4"));
        assert_eq!(content("artifacts/12/1/ui-tree-2.xml"), file("artifacts/12/1/ui-tree-2.xml"));
        assert_eq!(content("license.json"), file("license.json"));
        assert_eq!(content(&rows_name("task", 1)), Some(Content::Rows("task".to_owned())));
        for hostile in [
            "",
            "/etc/passwd",
            "../license.json",
            "materials/../../x",
            "materials/..",
            "materials/.ssh",
            "materials/a\\..\\b",
            "materials/C:x",
            "materials//x",
            "materials/a/b",
            "materials/a\0b",
            "artifacts/x",
            "tikmatrix.sqlite",
            "tikmatrix.sqlite.lock",
            "database/task",
            "database/ta\"sk/1.jsonl",
            &format!("materials/{}", "a".repeat(201)),
        ] {
            assert_eq!(content(hostile), None, "{hostile:?}");
        }
    }

    #[test]
    fn a_manifest_and_its_archive_have_to_agree() {
        let member = |name: &str, size| Member { name: name.to_owned(), size, sha256: String::new() };
        let manifest = |format, members| Manifest {
            format,
            tikmatrix: "9.0.0".to_owned(),
            schema: String::new(),
            database: String::new(),
            created_at: String::new(),
            numbers: BTreeMap::new(),
            missing: Vec::new(),
            members,
        };
        let refused = |manifest: &Manifest, names: &[&str]| {
            manifest.check(names.iter().copied()).map_err(|error| error.to_string()).unwrap_err()
        };
        let good = manifest(FORMAT, vec![member("materials/a", 1)]);
        good.check([MANIFEST, "materials/a"].into_iter()).unwrap();
        assert!(refused(&good, &[MANIFEST]).contains("materials/a is missing"));
        assert!(refused(&good, &["materials/a", "materials/b"]).contains("not in its list"));
        assert!(refused(&manifest(FORMAT + 1, vec![]), &[]).contains("use version 9.0.0 or newer"));
        let twice = manifest(FORMAT, vec![member("materials/a", 1), member("materials/a", 1)]);
        assert!(refused(&twice, &["materials/a"]).contains("twice"));
        let huge = manifest(FORMAT, vec![member("database/task/1.jsonl", MAX_ROWS_BYTES + 1)]);
        assert!(refused(&huge, &[]).contains("longer than"));
        let hostile = manifest(FORMAT, vec![member("../x", 1)]);
        assert!(refused(&hostile, &["../x"]).contains("a name that no backup has"));
    }
}
