//! `cargo xtask tidy`: the rules for sources and documents that no compiler checks, each counted and held below a limit
//! that only falls. The dependency table is read from `docs/architecture.md`, so that the page and the code agree.

mod circles;
mod contract;
mod documents;
mod edges;
mod files;
mod language;
mod limits;
mod modules;
mod project;
mod rules;
mod sources;
mod table;

use std::fs;

use anyhow::{Context, Result, bail};
use clap::Args;

use self::limits::Limits;
use self::project::Project;

const LIMITS: &str = "xtask/tidy/limits.toml";

/// What `cargo xtask tidy` prints or writes besides its verdict.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Prints the count of each rule with its limit and its target
    #[arg(long)]
    figures: bool,
    /// Prints everything that was found against a rule, by the name that --figures shows
    #[arg(long, value_name = "RULE")]
    show: Option<String>,
    /// Lowers each limit to the count
    #[arg(long)]
    lower: bool,
}

pub(crate) fn tidy(options: &Options) -> Result<()> {
    let project = Project::read()?;
    let rules = rules::all(&project)?;
    let limits = Limits::parse(&project::read(LIMITS)?)?;
    if let Some(name) = &options.show {
        let rule = rules.iter().find(|rule| rule.key == name);
        let rule = rule.with_context(|| format!("there is no rule `{name}`; --figures lists them"))?;
        rule.findings.iter().for_each(|finding| println!("{finding}"));
        return Ok(());
    }
    if options.figures {
        rules::figures(&project, &rules, &limits).iter().for_each(|line| println!("{line}"));
    }
    if options.lower {
        fs::write(LIMITS, limits.lowered(&rules)).with_context(|| format!("cannot write {LIMITS}"))?;
    }
    let (lines, failed) = limits::judge(&rules, &limits);
    lines.iter().for_each(|line| println!("tidy: {line}"));
    if failed > 0 {
        bail!("tidy: {failed} rules are broken more often than allowed");
    }
    println!("tidy: no rule of {} is broken more often than allowed", rules.len());
    Ok(())
}
