//! `cargo xtask ci`: every check that a change must pass, the cheapest first.

use anyhow::Result;

use crate::process::Program;
use crate::{fuzz, suites, tidy};

/// Enough to find a decoder that panics early; `cargo xtask fuzz` runs longer.
const FUZZ_SECONDS: u32 = 10;

pub(crate) fn ci() -> Result<()> {
    Program::cargo().arguments(["fmt", "--all", "--check"]).run()?;
    tidy::tidy(&tidy::Options::default())?;
    Program::cargo()
        .arguments(["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"])
        .run()?;
    // `--all-targets` leaves out targets with `test = false` or `bench = false`.
    Program::cargo()
        .arguments(["clippy", "--locked", "--workspace"])
        .arguments(suites::targets().iter().flat_map(|target| ["--test", *target]))
        .arguments(["--bench", "adb", "--bench", "api", "--bench", "store", "--", "--deny", "warnings"])
        .run()?;
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
