//! The screen that `ui inspect` is about: a dump in a file, or a phone.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::android::ScreenReader;
use tikmatrix_device::deadline::Deadline;
use tikmatrix_device::phone::Phone;
use tikmatrix_device::registry::parse_address;
use tikmatrix_device::ui::UiTree;

use crate::cli::options::arguments::{AdbServerOption, parse_adb_server};
use crate::cli::output::failure::{Cause, Failure};

/// More than any dump of a screen has, in bytes.
const LARGEST_DUMP: u64 = 16 * 1024 * 1024;
const CONNECTING: Duration = Duration::from_secs(10);
const READING: Duration = Duration::from_secs(60);

/// The screen that is meant.
#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct Source {
    /// A dump of a screen, as `uiautomator dump` writes it and a failed task keeps it
    #[arg(value_name = "FILE", required_unless_present_any = ["serial", "all"])]
    file: Option<PathBuf>,
    /// A phone whose screen is read: its serial, the one that `adb devices` shows, or HOST:PORT for one
    /// that listens on TCP
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

pub(super) fn read_file(path: &Path) -> anyhow::Result<UiTree> {
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
    if known.contains(&serial) {
        return Err(error.into());
    }
    // A phone that is reached by its address is listed under it, and has the serial of its own that tasks name.
    for listed in &known {
        if let Ok(phone) = Phone::connect_through(&server, listed, Deadline::after(CONNECTING)).await
            && phone.serial().as_str() == serial
        {
            return Ok(phone);
        }
    }
    let listed = if known.is_empty() { "no phone".to_owned() } else { known.join(", ") };
    let message = format!("{error}; this adb server knows {listed}");
    Err(Failure { cause: Cause::Gone, message }.into())
}
