//! The project as it is on disk, read and parsed once for all rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};
use serde::Deserialize;

use super::language::{self, Coined, Exception};
use super::modules::Modules;
use super::sources::Sources;
use crate::process::Program;

pub(super) const SETTINGS: &str = "xtask/tidy/settings.toml";
const EXCEPTIONS: &str = "xtask/tidy/exceptions.txt";

/// What the rules need to know of this project.
#[derive(Deserialize)]
pub(super) struct Settings {
    /// Phrases that are never right, in small letters.
    pub(super) phrases: Vec<String>,
    /// Folders within which files may import each other in a circle.
    pub(super) recursive_folders: Vec<String>,
    /// Folders with a workspace of their own.
    pub(super) other_workspaces: Vec<String>,
    pub(super) coined: Vec<Coined>,
}

/// The project as it is read from disk.
pub(super) struct Project {
    pub(super) settings: Settings,
    pub(super) exceptions: Vec<Exception>,
    pub(super) files: BTreeMap<String, String>,
    pub(super) sources: Sources,
    pub(super) metadata: Metadata,
    /// The modules of each target, by package.
    pub(super) targets: BTreeMap<String, Vec<Modules>>,
}

impl Project {
    pub(super) fn read() -> Result<Self> {
        let settings: Settings =
            toml::from_str(&read(SETTINGS)?).with_context(|| format!("cannot read {SETTINGS}"))?;
        let exceptions = language::exceptions(&read(EXCEPTIONS)?)?;
        let metadata = MetadataCommand::new().no_deps().exec().context("cargo metadata failed")?;
        let tracked = Program::new("git")
            .arguments(["ls-files", "--cached", "--others", "--exclude-standard"])
            .output()?;
        let mut files = BTreeMap::new();
        for path in tracked.lines() {
            // Deleted files are tracked until the next commit, and data need not be text.
            let Ok(bytes) = fs::read(path) else { continue };
            files.insert(path.to_owned(), String::from_utf8(bytes).unwrap_or_default());
        }
        let sources = Sources::parse(&files)?;
        let mut targets: BTreeMap<String, Vec<Modules>> = BTreeMap::new();
        for package in metadata.workspace_packages() {
            for target in &package.targets {
                let root = target.src_path.strip_prefix(&metadata.workspace_root).unwrap_or(&target.src_path);
                let modules = Modules::read(root.as_str(), &sources);
                targets.entry(package.name.to_string()).or_default().push(modules);
            }
        }
        Ok(Self { settings, exceptions, files, sources, metadata, targets })
    }

    /// The files that some target compiles.
    pub(super) fn compiled(&self) -> BTreeSet<&str> {
        self.targets.values().flatten().flat_map(Modules::iter).map(|module| module.file.as_str()).collect()
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub(super) fn text(&self, path: &str) -> Result<&str> {
        self.files.get(path).map(String::as_str).with_context(|| format!("{path} is not there"))
    }
}

/// Reads a file of ours.
pub(super) fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}
