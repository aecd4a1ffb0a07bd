//! `tikmatrix license keygen` and `license issue`: the vendor's side, a pair of keys and the licences signed with it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use clap::Args;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use serde_json::json;
use tempfile::NamedTempFile;
use tikmatrix_api::read_text;
use tikmatrix_domain::Plan;
use tikmatrix_licensing::{Fingerprint, License, PrivateKey, PublicKey, sign};

use crate::cli::options::moments::parse_moment;
use crate::cli::output::answer::Output;
use crate::cli::output::say_data;

/// The options of `license keygen`.
#[derive(Debug, Args)]
pub(in crate::cli) struct KeygenOptions {
    /// The file for the private key, which its owner alone may read; it must not be there yet
    #[arg(long, env = "TIKMATRIX_LICENSE_KEYGEN_OUT", value_name = "FILE")]
    out: PathBuf,
}

/// Creates the pair, stores the private key and prints the public one.
pub(super) fn keygen(options: &KeygenOptions, output: Output) -> anyhow::Result<()> {
    let mut seed = [0; 32];
    OsRng.try_fill_bytes(&mut seed).context("the system gives no randomness")?;
    let private = PrivateKey::from_seed(&seed);
    create_file(&options.out, &format!("{}\n", private.to_text()))
        .with_context(|| format!("cannot make the file {}", options.out.display()))?;
    show_pair(options, &private.public(), output).or_else(|error| {
        std::fs::remove_file(&options.out)
            .with_context(|| format!("{error}; remove {}", options.out.display()))?;
        Err(error).context("no key was made, since its public part could not be shown")
    })
}

/// Prints the public key, and what each of the keys is for.
fn show_pair(options: &KeygenOptions, public: &PublicKey, output: Output) -> anyhow::Result<()> {
    let file = options.out.display();
    let pair = json!({
        "key_id": public.id().to_string(), "public_key": public.to_string(), "private_key_file": file.to_string(),
    });
    output.say(&pair, || {
        format!(
            "The private key is in {file}: keep it secret, and keep a copy.\n\
             Servers verify with the public key: build them with it in TIKMATRIX_LICENSE_PUBLIC_KEY, or start them with\n\
             it in --license-key.\n\
             {public}"
        )
    })
}

/// The options of `license issue`.
#[derive(Debug, Args)]
pub(in crate::cli) struct IssueOptions {
    /// The file with the private key
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_KEY", value_name = "FILE")]
    key: PathBuf,
    /// starter, pro, team or business
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_PLAN", value_parser = plan)]
    plan: Plan,
    /// To whom it is issued
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_HOLDER", value_name = "NAME")]
    holder: String,
    /// How many phones may work at once [default: what the plan allows]
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_DEVICE_LIMIT", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..))]
    device_limit: Option<u32>,
    /// The fingerprint of the machine that it is for, as `license show` prints it there [default: any machine]
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_MACHINE", value_name = "FINGERPRINT")]
    machine: Option<Fingerprint>,
    /// From when on, a day or a moment in UTC [default: now]
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_ISSUED", value_name = "DAY", value_parser = parse_moment)]
    issued: Option<DateTime<Utc>>,
    /// Until when, a day or a moment in UTC [default: --days after it is issued]
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_EXPIRES", value_name = "DAY", value_parser = parse_moment,
        conflicts_with = "days")]
    expires: Option<DateTime<Utc>>,
    /// For how many days
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_DAYS", value_name = "N", default_value_t = 365,
        value_parser = clap::value_parser!(u16).range(1..))]
    days: u16,
    /// The licence file to write; it must not be there yet [default: standard output]
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Signs a licence and writes it.
pub(super) fn issue(options: &IssueOptions, output: Output) -> anyhow::Result<()> {
    let key = PrivateKey::from_text(&read_secret_file(&options.key)?)
        .with_context(|| format!("the file {}", options.key.display()))?;
    if let Some(machine) = &options.machine {
        machine.check_bindable()?;
    }
    let issued = options.issued.unwrap_or_else(Utc::now).trunc_subsecs(0);
    let license = License {
        plan: options.plan,
        device_limit: options.device_limit.unwrap_or(options.plan.device_limit()),
        holder: options.holder.trim().to_owned(),
        machine: options.machine.clone(),
        issued,
        expires: options.expires.unwrap_or(issued + TimeDelta::days(options.days.into())).trunc_subsecs(0),
    };
    let file = sign(&license, &key)?;
    let Some(path) = &options.out else {
        say_data(file.trim_end())?;
        return Ok(());
    };
    create_file(path, &file).with_context(|| format!("cannot write the licence to {}", path.display()))?;
    let done = json!({"file": path, "holder": license.holder});
    output.done(&done, &format!("The licence for {} is in {}.", license.holder, path.display()))
}

fn plan(name: &str) -> Result<Plan, String> {
    name.parse().map_err(|_| "a plan is one of starter, pro, team, business".to_owned())
}

/// Writes `text` into a new file that its owner alone may read, as a whole or not at all. A file that is there already is
/// left as it is.
///
/// # Errors
/// When there is one, or it cannot be written.
fn create_file(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

/// Reads such a file, and refuses one that others may read.
///
/// # Errors
/// When they may, or it cannot be read.
fn read_secret_file(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("cannot read the file {}", path.display());
    let file = File::open(path).with_context(cannot)?;
    refuse_open_to_others(&file, path)?;
    read_text(file).with_context(cannot)
}

#[cfg(unix)]
fn refuse_open_to_others(file: &File, path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode =
        file.metadata().with_context(|| format!("cannot look at {}", path.display()))?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("others may read the private key in {0}: run `chmod 600 {0}` first", path.display());
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_open_to_others(_file: &File, _path: &Path) -> anyhow::Result<()> {
    Ok(())
}
