//! `tikmatrix license install`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::Utc;
use clap::Args;
use tempfile::NamedTempFile;
use tikmatrix_api::{license_path, read_license};
use tikmatrix_licensing::{LicenseError, MachineSources, verify};

use super::place::Place;
use crate::cli::output::say;

/// What `license install` can be told.
#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The licence file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Verifies the licence, and puts it in the place of the one before.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let cannot_read = || format!("cannot read the licence {}", options.file.display());
    let Some(file) = read_license(&options.file).with_context(cannot_read)? else {
        bail!("there is no file {}", options.file.display());
    };
    let key = options.place.vendor_key()?.ok_or(LicenseError::NoKey)?;
    let license = verify(&file, &key)?;
    license.check(&MachineSources::system().read(), Utc::now())?;
    let directory = options.place.data_directory()?;
    put(&file, &license_path(&directory))
        .with_context(|| format!("cannot write to the data directory {}", directory.display()))?;
    say(format_args!(
        "Installed: plan {}, at most {} phones at work at once, for {}, until {}.",
        license.plan, license.device_limit, license.holder, license.expires
    ));
    Ok(())
}

/// Replaces the file at once or not at all: a server that reads it meanwhile reads one licence or the other.
fn put(bytes: &[u8], path: &Path) -> anyhow::Result<()> {
    let directory = path.parent().context("it has no name")?;
    std::fs::create_dir_all(directory)?;
    let mut new = NamedTempFile::new_in(directory)?;
    new.write_all(bytes)?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}
