//! What must be green before a change lands, in the order in which it is cheapest to fail.

use anyhow::Result;

use crate::process::Program;
use crate::{fuzz, suites, tidy};

/// Enough to notice a decoder that panics at once; `cargo xtask fuzz` looks longer.
const FUZZ_SECONDS: u32 = 10;

pub(crate) fn ci() -> Result<()> {
    Program::cargo().arguments(["fmt", "--all", "--check"]).run()?;
    tidy::tidy(&tidy::Options::default())?;
    Program::cargo()
        .arguments(["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"])
        .run()?;
    // `--all-targets` passes over what is not run by a plain `cargo test` or `cargo bench`.
    Program::cargo()
        .arguments(["clippy", "--locked", "--workspace"])
        .arguments(suites::targets().iter().flat_map(|target| ["--test", *target]))
        .arguments(["--bench", "adb", "--bench", "api", "--bench", "store", "--", "--deny", "warnings"])
        .run()?;
    Program::cargo()
        .arguments(["doc", "--locked", "--workspace", "--no-deps"])
        .environment("RUSTDOCFLAGS", "--deny warnings")
        .run()?;
    // Without building: manifests, versions and files of every crate are complete.
    Program::cargo()
        .arguments(["package", "--locked", "--workspace", "--no-verify", "--allow-dirty", "--quiet"])
        .run()?;
    suites::test()?;
    fuzz::fuzz(FUZZ_SECONDS)
}
