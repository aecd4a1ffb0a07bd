//! `cargo xtask ci`: every check that a change must pass, the cheapest first.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::process::Program;
use crate::{docs, fuzz, suites, tidy};

/// Enough to find a decoder that panics early; `cargo xtask fuzz` runs longer.
const FUZZ_SECONDS: u32 = 10;

/// What a crate must not pull in without its default features.
const LEAN: [(&str, &[&str]); 3] = [
    ("tikmatrix-device", &["jsonschema", "libadb", "mdns-sd"]),
    ("tikmatrix-storage", &["pq-sys"]),
    ("tikmatrix-api", &["clap", "libadb", "mdns-sd", "pq-sys", "tikmatrix-virtual-phone"]),
];

pub(crate) fn ci() -> Result<()> {
    Program::cargo().arguments(["fmt", "--all", "--check"]).run()?;
    tidy::tidy(&tidy::Options::default())?;
    check_lean_trees()?;
    docs::check()?;
    Program::cargo()
        .arguments(["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"])
        .run()?;
    // `--all-targets` leaves out targets with `test = false` or `bench = false`.
    Program::cargo()
        .arguments(["clippy", "--locked", "--workspace"])
        .arguments(suites::targets().iter().flat_map(|target| ["--test", *target]))
        .arguments([
            "--bench", "adb", "--bench", "api", "--bench", "store", "--bench", "ui", "--", "--deny",
            "warnings",
        ])
        .run()?;
    build_lean()?;
    Program::cargo()
        .arguments(["doc", "--locked", "--workspace", "--no-deps"])
        .environment("RUSTDOCFLAGS", "--deny warnings")
        .run()?;
    // Checks manifests, versions and file lists of all crates without building them.
    Program::cargo()
        .arguments(["package", "--locked", "--workspace", "--no-verify", "--allow-dirty", "--quiet"])
        .run()?;
    suites::test()?;
    fuzz::fuzz(FUZZ_SECONDS)
}

/// Checks what the crates pull in without their default features, and prints how many crates that are.
fn check_lean_trees() -> Result<()> {
    for (package, unwanted) in LEAN {
        let full = crates(package, &[])?;
        let lean = crates(package, &["--no-default-features"])?;
        let found: Vec<&str> = unwanted.iter().copied().filter(|name| lean.contains(*name)).collect();
        if !found.is_empty() {
            bail!("`{package}` without its default features still pulls in {}", found.join(", "));
        }
        println!("{package}: {} crates, {} without default features", full.len(), lean.len());
    }
    Ok(())
}

/// Compiles the crates without their default features, one by one: together, one would turn on features of another. The
/// tests are those of what a program says that lacks a feature.
fn build_lean() -> Result<()> {
    for (package, _) in LEAN {
        Program::cargo()
            .arguments(["clippy", "--locked", "--package", package, "--no-default-features"])
            .arguments(["--", "--deny", "warnings"])
            .run()?;
    }
    for package in ["tikmatrix-device", "tikmatrix-storage"] {
        Program::cargo()
            .arguments(["test", "--locked", "--package", package, "--no-default-features", "--lib"])
            .run()?;
    }
    Ok(())
}

/// The names of all crates that a build of `package` needs.
fn crates(package: &str, features: &[&str]) -> Result<BTreeSet<String>> {
    let tree = Program::cargo()
        .arguments(["tree", "--locked", "--package", package, "--edges", "normal,build", "--prefix", "none"])
        .arguments(features)
        .output()?;
    Ok(names(&tree))
}

fn names(tree: &str) -> BTreeSet<String> {
    tree.lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_tree_are_read_once_each() {
        let tree =
            "tikmatrix-device v0.1.0 (/crates/device)\nserde v1.0.2\nserde v1.0.2 (*)\n\nbytes v1.0.0\n";
        assert_eq!(names(tree).into_iter().collect::<Vec<_>>(), ["bytes", "serde", "tikmatrix-device"]);
    }
}
