//! What every source file owes its reader: a first line that says what it is for, a length that can be read at once,
//! no name that says nothing, and no module of another crate that the table holds back.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::tidy::table::{Allowed, Table};

const LONGEST: usize = 400;
const EMPTY_NAMES: [&str; 4] = ["utils", "common", "helpers", "manager"];

pub(crate) fn check<'a>(tracked: impl Iterator<Item = &'a str>, table: &Table) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for path in tracked.filter(|path| path.ends_with(".rs") && Path::new(path).exists()) {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
        findings.extend(of_one_file(path, &text));
        findings.extend(held_back_modules(path, &text, table));
    }
    Ok(findings)
}

fn of_one_file(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    if !text.starts_with("//!") {
        findings.push(format!("{path} does not begin with a `//!` line that says what it is for"));
    }
    let length = text.lines().count();
    if length > LONGEST {
        findings.push(format!("{path} has {length} lines, more than {LONGEST}"));
    }
    for name in EMPTY_NAMES {
        if Path::new(path).with_extension("").iter().any(|part| part == name) {
            findings.push(format!("{path}: `{name}` says nothing of what it holds"));
        }
    }
    findings
}

/// Names of another crate's modules that this crate's own sources (not its tests) may not use.
fn held_back_modules(path: &str, text: &str, table: &Table) -> Vec<String> {
    let Some((folder, Allowed::Only(uses))) =
        table.iter().find(|(folder, _)| path.starts_with(&format!("crates/{folder}/src/")))
    else {
        return Vec::new();
    };
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
    fn a_file_without_purpose_or_end_is_found() {
        let long = "\n".repeat(LONGEST + 1);
        assert_eq!(of_one_file("crates/a/src/utils.rs", &long).len(), 3);
        assert_eq!(of_one_file("crates/a/src/lease.rs", "//! Leases.\n"), Vec::<String>::new());
    }

    #[test]
    fn a_module_that_the_table_holds_back_is_found_in_sources_but_not_in_tests() {
        let table = table::read("| crate | may use |\n|---|---|\n| `phone` | device (adb only) |\n").unwrap();
        let text = "use tikmatrix_device::adb::packet;\nuse tikmatrix_device::script::Script;";
        assert_eq!(held_back_modules("crates/phone/src/a.rs", text, &table).len(), 1);
        assert!(held_back_modules("crates/phone/tests/a.rs", text, &table).is_empty());
    }
}
