//! `cargo xtask fuzz`: runs libFuzzer on each decoder of ADB's bytes, with recorded exchanges as its corpus. It uses the
//! stable toolchain: the code has no `unsafe` that would need the sanitizers.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::debian::{self, Missing};
use crate::process::Program;

/// The version of cargo-fuzz that is installed below the target folder when it is missing.
const CARGO_FUZZ: &str = "0.13.2";
/// The workspace of the fuzz targets.
const FOLDER: &str = "crates/device/fuzz";
/// The memory limit of a target; libFuzzer itself takes most of it.
const MAX_MEGABYTES: u32 = 512;

pub(crate) fn fuzz(seconds: u32) -> Result<()> {
    match debian::command("c++", "g++") {
        Ok(()) => {}
        Err(Missing::Unavailable(why)) => bail!("cannot fuzz: {why}"),
        Err(Missing::Failed(error)) => return Err(error),
    }
    let tool = installed()?;
    for target in targets()? {
        // New inputs go below the target folder; useful ones are added to the recorded exchanges by hand.
        let found = Path::new("target/fuzz/corpus").join(&target);
        fs::create_dir_all(&found).with_context(|| format!("cannot make {}", found.display()))?;
        Program::new(&tool)
            .arguments(["fuzz", "run", "--sanitizer", "none", "--target-dir", "target/fuzz"])
            .arguments(["--fuzz-dir", FOLDER, &target])
            .arguments([found.as_path(), &Path::new(FOLDER).join("corpus").join(&target)])
            .arguments([
                "--",
                &format!("-max_total_time={seconds}"),
                &format!("-rss_limit_mb={MAX_MEGABYTES}"),
            ])
            .run()?;
    }
    Ok(())
}

fn installed() -> Result<PathBuf> {
    let folder = env::current_dir()?.join("target/tools").join(format!("cargo-fuzz-{CARGO_FUZZ}"));
    let tool = folder.join("bin/cargo-fuzz");
    if !tool.exists() {
        Program::cargo()
            .arguments(["install", "--locked", "--version", CARGO_FUZZ, "--root"])
            .arguments([&folder])
            .arguments(["cargo-fuzz"])
            .run()?;
    }
    Ok(tool)
}

/// Returns the names of the fuzz targets, one per file.
fn targets() -> Result<Vec<String>> {
    let folder = Path::new(FOLDER).join("targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if let Some(name) = path.file_stem().and_then(|name| name.to_str()) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}
