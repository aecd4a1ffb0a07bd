//! `cargo xtask tidy`: the rules of the house that no compiler checks. The table of arrows is read from
//! `docs/architecture.md`, so that the page and the code cannot drift apart.

mod arrows;
mod contract;
mod files;
mod table;

use std::fs;

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;

use crate::process::Program;

pub(crate) fn tidy() -> Result<()> {
    let page = fs::read_to_string("docs/architecture.md").context("cannot read docs/architecture.md")?;
    let table = table::read(&page)?;
    let metadata = MetadataCommand::new().no_deps().exec().context("cargo metadata failed")?;
    let tracked =
        Program::new("git").arguments(["ls-files", "--cached", "--others", "--exclude-standard"]).output()?;

    let mut findings = arrows::check(&metadata, &table, &page);
    findings.extend(files::check(tracked.lines(), &table)?);
    let promises =
        fs::read_to_string(contract::PAGE).with_context(|| format!("cannot read {}", contract::PAGE))?;
    findings.extend(contract::check(&promises, tracked.lines())?);
    if findings.is_empty() {
        println!(
            "tidy: {} crates, all arrows allowed, all files in order",
            metadata.workspace_packages().len()
        );
        return Ok(());
    }
    for finding in &findings {
        println!("tidy: {finding}");
    }
    bail!("tidy found {} things to mend", findings.len())
}
