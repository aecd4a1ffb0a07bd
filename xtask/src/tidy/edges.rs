//! Whether every dependency between our crates is an arrow that the table allows, and whether the page describes
//! every crate. Dev-dependencies are free: a test may use the virtual phone from anywhere.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata, Package};

use crate::tidy::table::{Allowed, Table};

pub(crate) fn check(metadata: &Metadata, table: &Table, page: &str) -> Vec<String> {
    let folders: BTreeMap<&str, String> = metadata
        .workspace_packages()
        .iter()
        .map(|package| (package.name.as_str(), folder(metadata, package)))
        .collect();
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        let name = &folders[package.name.as_str()];
        if !page.lines().any(|line| line.starts_with("### ") && line.contains(&format!("`{name}`"))) {
            findings.push(format!("docs/architecture.md has no paragraph headed `{name}`"));
        }
        let Some(allowed) = table.get(name) else {
            findings.push(format!("the table in docs/architecture.md has no row for `{name}`"));
            continue;
        };
        for dependency in &package.dependencies {
            let Some(target) = folders.get(dependency.name.as_str()) else { continue };
            if dependency.kind != DependencyKind::Development && !permits(allowed, target) {
                findings.push(format!(
                    "`{name}` uses `{target}`, an arrow that docs/architecture.md does not allow"
                ));
            }
        }
    }
    findings
}

/// A package's place as the table names it: its folder, without `crates/`.
fn folder(metadata: &Metadata, package: &Package) -> String {
    let place = package.manifest_path.parent().unwrap_or(&package.manifest_path);
    let inside = place.strip_prefix(&metadata.workspace_root).unwrap_or(place);
    inside.strip_prefix("crates").unwrap_or(inside).to_string()
}

fn permits(allowed: &Allowed, target: &str) -> bool {
    match allowed {
        Allowed::All => true,
        Allowed::Only(uses) => uses.iter().any(|used| used.folder == target),
    }
}
