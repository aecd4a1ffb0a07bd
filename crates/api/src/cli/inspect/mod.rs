//! `tikmatrix ui inspect`: what the apps' profiles find on a screen, for adapting a profile to a new version of its app.
//! The screen comes from a file or from a phone, without a server; what is found is decided in the crate `apps`.

mod report;
mod source;
mod table;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use tikmatrix_apps::inspect::{Inspection, inspect, profiles_for};
use tikmatrix_apps::summary::Summary;
use tikmatrix_apps::{Profile, ProfileFolder};
use tikmatrix_device::ui::UiTree;

use super::composition::apps;
use super::output::answer::Output;
use super::output::failure::{Cause, Failure};
use super::output::printable;
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

/// The profiles that are asked about a screen.
struct Asked {
    known: Vec<Profile>,
    app: Option<String>,
}

impl Asked {
    /// Checks that there is the app that was named.
    fn check(&self) -> Result<(), Failure> {
        match &self.app {
            Some(app) if !self.known.iter().any(|profile| profile.id == app) => {
                Err(self.gone(&format!("of {}", printable(app))))
            }
            _ => Ok(()),
        }
    }

    fn profiles(&self, tree: &UiTree) -> Result<Vec<Profile>, Failure> {
        let Some(app) = &self.app else {
            let package = tree.package();
            let of = if package.is_empty() {
                "of no app that the dump names".to_owned()
            } else {
                format!("of {}", printable(package))
            };
            return profiles_for(tree, &self.known).ok_or_else(|| self.gone(&of));
        };
        let is_asked = |profile: &&Profile| profile.id == app || profile.packages.is_empty();
        Ok(self.known.iter().filter(is_asked).cloned().collect())
    }

    fn gone(&self, of: &str) -> Failure {
        let names: Vec<&str> = self.known.iter().map(|profile| profile.id).collect();
        let message =
            format!("there is no profile {of}; name the one to ask with --app: {}", names.join(", "));
        Failure { cause: Cause::Gone, message }
    }
}
