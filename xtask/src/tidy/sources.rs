//! The tracked files, read once; those in Rust parsed as well.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

/// A parsed Rust file.
pub(crate) struct Source {
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
}

/// Rust files by their path below the workspace.
pub(crate) struct Sources(BTreeMap<String, Source>);

impl Sources {
    /// Parses those of `files` that are Rust.
    pub(crate) fn parse(files: &BTreeMap<String, String>) -> Result<Self> {
        let rust = files.iter().filter(|(path, _)| has_extension(path, "rs"));
        let parsed = rust.map(|(path, text)| {
            let syntax = syn::parse_file(text).with_context(|| format!("cannot parse {path}"))?;
            Ok((path.clone(), Source { text: text.clone(), syntax }))
        });
        parsed.collect::<Result<_>>().map(Self)
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Source> {
        self.0.get(path)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.0.iter().map(|(path, source)| (path.as_str(), source))
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// The path that a link or an attribute in the file `path` means by `relative`.
pub(super) fn beside(path: &str, relative: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether an item is compiled for the crate's own unit tests only.
pub(crate) fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.require_list().map(|list| list.tokens.to_string());
        attribute.path().is_ident("cfg")
            && condition.is_ok_and(|condition| condition == "test" || condition.starts_with("all (test"))
    })
}

#[cfg(test)]
pub(crate) fn of_text(files: &[(&str, &str)]) -> Sources {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Sources::parse(&files).unwrap()
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn a_relative_path_is_followed_from_the_folder_of_its_file() {
        assert_eq!(beside("docs/map.md", "../README.md"), "README.md");
        assert_eq!(beside("a/tests/main.rs", "./part/../../src/b.rs"), "a/src/b.rs");
    }
}
