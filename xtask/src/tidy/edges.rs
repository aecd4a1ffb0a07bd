//! Whether the table of `docs/architecture.md` allows every dependency between our crates, and whether the page describes
//! every crate. Dev-dependencies are free: the tests of any crate may use the virtual phone.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata, Package};

use super::sources::Sources;
use super::table::{Allowed, Table};

pub(super) fn check(metadata: &Metadata, sources: &Sources, table: &Table, page: &str) -> Vec<String> {
    let folders: BTreeMap<&str, String> = metadata
        .workspace_packages()
        .iter()
        .map(|package| (package.name.as_str(), folder(metadata, package)))
        .collect();
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        let name = &folders[package.name.as_str()];
        let Some(allowed) = table.row(name) else {
            findings.push(format!("the table in docs/architecture.md has no row for `{name}`"));
            continue;
        };
        if table.has_own_row(name) && !has_paragraph(page, name) {
            findings.push(format!("docs/architecture.md has no paragraph headed `{name}`"));
        }
        for dependency in &package.dependencies {
            let Some(target) = folders.get(dependency.name.as_str()) else { continue };
            if dependency.kind != DependencyKind::Development && !permits(allowed, target) {
                findings.push(format!(
                    "`{name}` uses `{target}`, an edge that docs/architecture.md does not allow"
                ));
            }
        }
        for (path, source) in
            sources.iter().filter(|(path, _)| path.starts_with(&format!("crates/{name}/src/")))
        {
            findings.extend(held_back_modules(path, &source.text, name, allowed));
        }
    }
    findings
}

fn has_paragraph(page: &str, name: &str) -> bool {
    page.lines().any(|line| line.starts_with("### ") && line.contains(&format!("`{name}`")))
}

/// A package as the table names it: its folder, without `crates/`.
fn folder(metadata: &Metadata, package: &Package) -> String {
    let folder = package.manifest_path.parent().unwrap_or(&package.manifest_path);
    let inside = folder.strip_prefix(&metadata.workspace_root).unwrap_or(folder);
    inside.strip_prefix("crates").unwrap_or(inside).to_string()
}

fn permits(allowed: &Allowed, target: &str) -> bool {
    match allowed {
        Allowed::All => true,
        Allowed::Only(uses) => uses.iter().any(|used| used.folder == target),
    }
}

/// Names of another crate's modules that a crate's own sources (not its tests) may not use.
fn held_back_modules(path: &str, text: &str, folder: &str, allowed: &Allowed) -> Vec<String> {
    let Allowed::Only(uses) = allowed else { return Vec::new() };
    let mut findings = Vec::new();
    for used in uses {
        let Some(module) = &used.module else { continue };
        let prefix = format!("tikmatrix_{}::", used.folder.replace(['-', '/'], "_"));
        for rest in text.split(&prefix).skip(1) {
            if !rest.starts_with(&format!("{module}::")) {
                let named: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                findings
                    .push(format!("{path} names `{prefix}{named}`, but `{folder}` may use `{module}` only"));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::table;

    #[test]
    fn a_module_that_the_table_holds_back_is_found() {
        let table = table::read("| crate | may use |\n|---|---|\n| `phone` | device (adb only) |\n").unwrap();
        let allowed = table.row("phone").unwrap();
        let text = "use tikmatrix_device::adb::packet;\nuse tikmatrix_device::script::Script;";
        assert_eq!(held_back_modules("crates/phone/src/a.rs", text, "phone", allowed).len(), 1);
        assert!(permits(allowed, "device") && !permits(allowed, "storage"));
    }
}
