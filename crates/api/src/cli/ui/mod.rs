//! `tikmatrix ui`: what the apps' profiles find on a screen, for whoever adapts a profile to a new version of its app.
//! Where the screen comes from and how the answer is shown is below; what is found is the `apps` crate's.

mod report;
mod source;

use anyhow::bail;
use clap::builder::{BoolishValueParser, PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use tikmatrix_apps::inspect::{inspect, profiles_for};
use tikmatrix_apps::{Profile, ProfileName};
use tikmatrix_device::ui::UiTree;

use super::output::{printable, say};
use source::Source;

/// What can be done with screens.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Tells which screen a dump or a phone shows, by which signs, and which elements the profile finds on it
    Inspect(Options),
}

/// What `ui inspect` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    source: Source,
    /// The profile to ask [default: that of the app on the screen]
    #[arg(long, env = "TIKMATRIX_INSPECT_APP", value_name = "A", value_parser = profile_name())]
    app: Option<ProfileName>,
    /// Prints everything that is known as JSON
    #[arg(long, env = "TIKMATRIX_JSON", value_parser = BoolishValueParser::new())]
    json: bool,
}

/// Carries out the command.
pub(super) async fn run(Command::Inspect(options): Command) -> anyhow::Result<()> {
    let tree = options.source.read().await?;
    let inspection = inspect(&profiles(options.app, &tree)?, &tree);
    if options.json {
        say(serde_json::to_string_pretty(&inspection)?);
    } else {
        report::tell(&inspection);
    }
    Ok(())
}

fn profiles(named: Option<ProfileName>, tree: &UiTree) -> anyhow::Result<Vec<Profile>> {
    Ok(match named {
        Some(ProfileName::Android) => vec![Profile::android()?],
        Some(name) => vec![Profile::android()?, Profile::named(name)?],
        None => {
            let known = ProfileName::ALL.into_iter().map(Profile::named).collect::<Result<Vec<_>, _>>()?;
            match profiles_for(tree, &known) {
                Some(profiles) => profiles,
                None => bail!(no_profile(tree.package())),
            }
        }
    })
}

fn no_profile(package: &str) -> String {
    let names = ProfileName::ALL.map(ProfileName::text).join(", ");
    let of = if package.is_empty() { "no app that the dump names".to_owned() } else { package.to_owned() };
    format!("there is no profile of {of}; name the one to ask with --app: {names}")
}

/// Reads the name of a profile, and knows them all for the help and for errors.
fn profile_name() -> impl clap::builder::TypedValueParser<Value = ProfileName> {
    PossibleValuesParser::new(ProfileName::ALL.map(ProfileName::text)).try_map(|text| {
        ProfileName::ALL.into_iter().find(|name| name.text() == text).ok_or("is no profile's name")
    })
}
