//! `tikmatrix ui inspect`: what the apps' profiles find on a screen, for adapting a profile to a new version of its app.
//! The screen comes from a file or from a phone, without a server; what is found is decided in the crate `apps`.

mod asked;
mod report;
mod source;
mod table;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use tikmatrix_apps::ProfileFolder;
use tikmatrix_apps::inspect::{Inspection, inspect};
use tikmatrix_apps::summary::Summary;

use super::composition::apps;
use super::output::answer::Output;
use asked::Asked;
use source::Source;

/// The commands about screens.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Shows which screen a dump or a phone shows, by which signs, and which elements the profile finds on it
    Inspect(Options),
}

/// The options of `ui inspect`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    source: Source,
    /// Lists what every dump of this folder shows (`*.xml`), in a table
    #[arg(long, env = "TIKMATRIX_INSPECT_ALL", value_name = "DIR", conflicts_with_all = ["file", "serial"])]
    all: Option<PathBuf>,
    /// The profile to ask [default: that of the app on the screen]
    #[arg(long, env = "TIKMATRIX_INSPECT_APP", value_name = "A")]
    app: Option<String>,
    /// A folder whose `tiktok.toml` or `labels/fr.toml`, for instance, replaces that of the program
    #[arg(long, env = "TIKMATRIX_PROFILES", value_name = "DIR")]
    profiles: Option<PathBuf>,
}

/// What a program gets: the fields on which it decides, and the details.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    #[serde(flatten)]
    details: &'a Inspection,
}

/// Carries out the command.
pub(super) async fn run(Command::Inspect(options): Command, output: Output) -> anyhow::Result<()> {
    let mut known = apps()?.profiles();
    if let Some(folder) = &options.profiles {
        let folder = ProfileFolder::read(folder)?;
        known = known.iter().map(|profile| folder.profile(profile)).collect::<Result<_, _>>()?;
    }
    let asked = Asked { known, app: options.app };
    asked.check()?;
    if let Some(folder) = &options.all {
        return table::print(folder, &asked, output);
    }
    let tree = options.source.read().await?;
    let details = inspect(&asked.profiles(&tree)?, &tree);
    let summary = Summary::of(&details);
    if output.is_json() {
        return output.document(&Answer { summary: &summary, details: &details });
    }
    Ok(report::print(&summary, &details)?)
}
