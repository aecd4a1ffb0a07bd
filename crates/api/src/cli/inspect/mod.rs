//! `tikmatrix ui inspect`: what the apps' profiles find on a screen, for adapting a profile to a new version of its app.
//! The screen comes from a file or from a phone, without a server; what is found is decided in the crate `apps`.

mod report;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use tikmatrix_apps::Profile;
use tikmatrix_apps::inspect::{inspect, profiles_for};
use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::android::ScreenReader;
use tikmatrix_device::deadline::Deadline;
use tikmatrix_device::phone::Phone;
use tikmatrix_device::registry::parse_address;
use tikmatrix_device::ui::UiTree;

use super::composition::apps;
use super::options::arguments::{AdbServerOption, parse_adb_server};
use super::output::answer::Output;
use super::output::printable;

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
    /// The profile to ask [default: that of the app on the screen]
    #[arg(long, env = "TIKMATRIX_INSPECT_APP", value_name = "A", value_parser = profile_id())]
    app: Option<String>,
}

/// Carries out the command.
pub(super) async fn run(Command::Inspect(options): Command, output: Output) -> anyhow::Result<()> {
    let tree = options.source.read().await?;
    let inspection = inspect(&profiles(options.app.as_deref(), &tree)?, &tree);
    if output.is_json() {
        return output.document(&inspection);
    }
    Ok(report::print(&inspection)?)
}

fn profiles(named: Option<&str>, tree: &UiTree) -> anyhow::Result<Vec<Profile>> {
    let known = apps()?.profiles();
    let Some(named) = named else {
        return profiles_for(tree, &known).ok_or_else(|| anyhow!(no_profile(tree.package(), &known)));
    };
    let is_asked = |profile: &Profile| profile.id == named || profile.packages.is_empty();
    Ok(known.into_iter().filter(is_asked).collect())
}

fn no_profile(package: &str, known: &[Profile]) -> String {
    let names: Vec<&str> = known.iter().map(|profile| profile.id).collect();
    let names = names.join(", ");
    let of = if package.is_empty() { "no app that the dump names".to_owned() } else { package.to_owned() };
    format!("there is no profile of {of}; name the one to ask with --app: {names}")
}

/// Parses the id of a profile, with all of them for the help and for errors.
fn profile_id() -> PossibleValuesParser {
    let known = apps().map(|apps| apps.profiles()).unwrap_or_default();
    PossibleValuesParser::new(known.into_iter().map(|profile| profile.id))
}

/// More than any dump of a screen has, in bytes.
const LARGEST_DUMP: u64 = 16 * 1024 * 1024;
const CONNECTING: Duration = Duration::from_secs(10);
const READING: Duration = Duration::from_secs(60);

/// The screen that is meant.
#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct Source {
    /// A dump of a screen, as `uiautomator dump` writes it and a failed task keeps it
    #[arg(value_name = "FILE", required_unless_present = "serial")]
    file: Option<PathBuf>,
    /// A phone whose screen is read: the serial that `adb devices` shows, or HOST:PORT for one that listens on TCP
    #[arg(long, env = "TIKMATRIX_INSPECT_SERIAL", value_name = "S", conflicts_with = "file")]
    serial: Option<String>,
    /// The adb server that knows the phone, or `off`
    #[arg(long, env = "TIKMATRIX_ADB_SERVER", value_name = "HOST:PORT|off",
        default_value = AdbServer::DEFAULT_ADDRESS, value_parser = parse_adb_server)]
    adb_server: AdbServerOption,
}

impl Source {
    /// What is on the screen.
    pub(super) async fn read(&self) -> anyhow::Result<UiTree> {
        match (&self.file, &self.serial) {
            (Some(file), _) => read_file(file),
            (None, Some(serial)) => {
                let phone = connect(serial, &self.adb_server).await?;
                let tree = ScreenReader::default().read(&phone, Deadline::after(READING)).await?;
                Ok(tree)
            }
            (None, None) => bail!("name a file with a dump of the screen, or a phone with --serial"),
        }
    }
}

fn read_file(path: &Path) -> anyhow::Result<UiTree> {
    let shown = path.display();
    let unreadable = || format!("cannot read {shown}");
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(unreadable)?;
    file.take(LARGEST_DUMP + 1).read_to_end(&mut bytes).with_context(unreadable)?;
    if bytes.len() as u64 > LARGEST_DUMP {
        bail!("{shown} is larger than {} MiB, which no dump of a screen is", LARGEST_DUMP / 1024 / 1024);
    }
    UiTree::parse(&bytes).with_context(|| format!("{shown} is no dump of a screen"))
}

async fn connect(serial: &str, adb_server: &AdbServerOption) -> anyhow::Result<Phone> {
    let deadline = Deadline::after(CONNECTING);
    if let Ok(address) = parse_address(serial) {
        return Ok(Phone::connect(&address, deadline).await?);
    }
    let AdbServerOption::At(server) = adb_server else {
        bail!("{serial} is no HOST:PORT, and without an adb server (--adb-server) no other phone is reached");
    };
    let server = AdbServer::at(server);
    let error = match Phone::connect_through(&server, serial, deadline).await {
        Ok(phone) => return Ok(phone),
        Err(error) => error,
    };
    // Without a server, or with the phone in its list, the error is complete.
    let Ok(known) = server.phones(Deadline::after(CONNECTING)).await else { return Err(error.into()) };
    let known: Vec<&str> = known.iter().map(|phone| phone.serial.as_str()).collect();
    Err(match known.as_slice() {
        [] => anyhow!("{error}; this adb server knows no phone"),
        known if known.contains(&serial) => error.into(),
        known => anyhow!("{error}; this adb server knows {}", known.join(", ")),
    })
}
