//! What a source file and its folder owe their reader: a first line that says what the file is for, a length that can be
//! read at once, a name that says what it holds, and few neighbours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::sources::has_extension;

pub(super) const MAX_LINES: usize = 400;
pub(super) const MAX_FILES: usize = 12;
const SOURCE_EXTENSIONS: [&str; 5] = ["rs", "py", "mjs", "js", "sh"];
const EMPTY_NAMES: [&str; 4] = ["utils", "common", "helpers", "manager"];

/// Folders with more source files than `MAX_FILES`.
pub(super) fn full_folders<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let folders = sizes(paths);
    let full = folders.iter().filter(|(_, size)| **size > MAX_FILES);
    full.map(|(folder, size)| format!("{folder} has {size} source files, more than {MAX_FILES}")).collect()
}

pub(super) fn largest_folder<'a>(paths: impl Iterator<Item = &'a str>) -> usize {
    sizes(paths).into_values().max().unwrap_or_default()
}

fn sizes<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut sizes = BTreeMap::new();
    for path in paths.filter(|path| SOURCE_EXTENSIONS.iter().any(|known| has_extension(path, known))) {
        let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
        *sizes.entry(folder).or_default() += 1;
    }
    sizes
}

pub(super) fn too_long(path: &str, text: &str) -> Option<String> {
    let length = text.lines().count();
    (length > MAX_LINES).then(|| format!("{path} has {length} lines, more than {MAX_LINES}"))
}

pub(super) fn without_opening(path: &str, text: &str) -> Option<String> {
    (!text.starts_with("//!"))
        .then(|| format!("{path} does not begin with a `//!` line that says what it is for"))
}

pub(super) fn empty_name(path: &str) -> Option<String> {
    let path_without = Path::new(path).with_extension("");
    let found = EMPTY_NAMES.iter().find(|name| path_without.iter().any(|part| part == **name))?;
    Some(format!("{path}: `{found}` does not say what it holds"))
}

/// Source files that no target compiles.
pub(super) fn unreachable<'a>(
    paths: impl Iterator<Item = &'a str>,
    reachable: &BTreeSet<&str>,
    other_workspaces: &[String],
) -> Vec<String> {
    let is_ours = |path: &&str| !other_workspaces.iter().any(|folder| path.starts_with(folder.as_str()));
    let lost = paths.filter(is_ours).filter(|path| !reachable.contains(path));
    lost.map(|path| format!("{path} is not compiled: no target declares it")).collect()
}

/// Lines that are neither blank nor a comment.
pub(super) fn code_lines(text: &str) -> usize {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_opening_length_or_name_is_found() {
        let long = "\n".repeat(MAX_LINES + 1);
        assert!(too_long("a.rs", &long).is_some() && too_long("a.rs", "//! A.\n").is_none());
        assert!(without_opening("a.rs", &long).is_some() && without_opening("a.rs", "//! A.\n").is_none());
        assert!(
            empty_name("crates/a/src/utils.rs").is_some() && empty_name("crates/a/src/lease.rs").is_none()
        );
        assert!(empty_name("crates/a/tests/common/server.rs").is_some());
    }

    #[test]
    fn a_folder_is_counted_without_its_subfolders_and_data() {
        let full: Vec<String> = (0..=MAX_FILES).map(|number| format!("src/{number}.rs")).collect();
        let more = ["src/more/a.rs", "src/page.html"];
        let paths = || full.iter().map(String::as_str).chain(more);
        assert_eq!(full_folders(paths()), ["src has 13 source files, more than 12"]);
        assert_eq!(largest_folder(paths()), 13);
        assert!(full_folders(paths().skip(1)).is_empty());
    }

    #[test]
    fn a_file_that_no_target_declares_is_found() {
        let paths = ["src/lib.rs", "src/lost.rs", "fuzz/lib.rs"];
        let found = unreachable(paths.into_iter(), &BTreeSet::from(["src/lib.rs"]), &["fuzz/".into()]);
        assert_eq!(found, ["src/lost.rs is not compiled: no target declares it"]);
    }

    #[test]
    fn blank_lines_and_comments_are_no_code() {
        assert_eq!(code_lines("//! A.\n\n/// B.\nfn b() {} // c\n    // d\n"), 1);
    }
}
