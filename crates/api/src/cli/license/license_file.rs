//! `tikmatrix license install` and `license show`: the licence in a data directory.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::Utc;
use clap::Args;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use serde_json::json;
use tempfile::NamedTempFile;
use tikmatrix_api::{RunningServer, create_data_directory, license_path, open_data, read_license};
use tikmatrix_domain::{AuditSubject, Plan, Secret};
use tikmatrix_licensing::{
    Fingerprint, License, LicenseError, Machine, MachineSources, PublicKey, phones_at_work, verify,
};

use super::location::Location;
use crate::cli::audit_trail;
use crate::cli::output::answer::Output;
use crate::cli::output::{OutputError, say};

/// The options of `license install`.
#[derive(Debug, Args)]
pub(in crate::cli) struct InstallOptions {
    /// The licence file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    location: Location,
    /// The server's database, whose audit records it [default: the SQLite file in its data directory]
    #[arg(long, env = "TIKMATRIX_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<Secret>,
}

/// Verifies the licence and replaces the installed one with it.
pub(super) async fn install(options: &InstallOptions, output: Output) -> anyhow::Result<()> {
    let cannot_read = || format!("cannot read the licence {}", options.file.display());
    let Some(file) = read_license(&options.file).with_context(cannot_read)? else {
        bail!("there is no file {}", options.file.display());
    };
    let directory = options.location.data_directory()?;
    let key = key_of_server(&directory, options.location.vendor_key()?)?;
    let license = verify(&file, &key).with_context(|| format!("the file {}", options.file.display()))?;
    license.check(&MachineSources::system().read(), Utc::now())?;
    replace_file(&file, &license_path(&directory))
        .with_context(|| format!("cannot write to the data directory {}", directory.display()))?;
    let License { plan, device_limit, holder, expires, .. } = &license;
    if let Err(error) = record(&directory, options.database_url.as_ref(), *plan).await {
        output.warn(&format!("the licence is installed, and the audit could not record it: {error:#}"));
    }
    let limit = phones_at_work(*device_limit);
    let sentence = format!("Installed: plan {plan}, at most {limit}, for {holder}, until {expires}.");
    output.done(&license_as_json(&license), &sentence)
}

/// Records the installation in the audit.
async fn record(directory: &Path, database: Option<&Secret>, plan: Plan) -> anyhow::Result<()> {
    let store = open_data(directory, database)?;
    let subject = AuditSubject::named("license", &plan.to_string());
    Ok(audit_trail::record(&store, "installLicense", vec![subject]).await?)
}

/// Returns the key with which the server that runs on a data directory verifies its licence or, if none runs, the given one.
fn key_of_server(directory: &Path, given: Option<PublicKey>) -> anyhow::Result<PublicKey> {
    let shown = directory.display();
    let running = RunningServer::of(directory)
        .with_context(|| format!("cannot read which key the server on {shown} has"))?;
    let Some(RunningServer { key, license }) = running else { return Ok(given.ok_or(LicenseError::NoKey)?) };
    if license != license_path(directory)
        && license.canonicalize().ok() != license_path(directory).canonicalize().ok()
    {
        bail!(
            "the server on {shown} reads its licence from {} (--license): replace that file",
            license.display()
        );
    }
    match (key, given) {
        (None, _) => bail!(
            "the server on {shown} has no vendor's key and could not verify the licence: restart it with --license-key"
        ),
        (Some(key), Some(given)) if key != given => bail!(
            "the server on {shown} verifies licences with the key {}, not with {}: restart it with the other --license-key, or \
             install a licence that was signed with its own",
            key.id(),
            given.id()
        ),
        (Some(key), _) => Ok(key),
    }
}

/// Replaces the file atomically: a server that reads it meanwhile reads one licence or the other.
fn replace_file(bytes: &[u8], path: &Path) -> anyhow::Result<()> {
    let directory = path.parent().context("it has no name")?;
    create_data_directory(directory)?;
    let mut new = NamedTempFile::new_in(directory)?;
    new.write_all(bytes)?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}

/// The options of `license show`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowOptions {
    #[command(flatten)]
    location: Location,
}

/// The installed licence.
struct Installed {
    /// Its content, if its signature is valid.
    license: Option<License>,
    /// Why it is not in force.
    defect: Option<LicenseError>,
}

/// Shows the installed licence and the fingerprint of this machine.
pub(super) fn show(options: &ShowOptions, output: Output) -> anyhow::Result<()> {
    let key = options.location.vendor_key()?;
    let directory = options.location.data_directory()?;
    let path = license_path(&directory);
    let machine = MachineSources::system().read();
    let mut salt = [0; 16];
    OsRng.try_fill_bytes(&mut salt).context("the system gives no randomness")?;
    let fingerprint = Fingerprint::of(&machine, salt);
    let file = read_license(&path).with_context(|| format!("cannot read the licence {}", path.display()))?;
    let installed = file.map(|file| judge(&file, key.as_ref(), &machine));
    if output.is_json() {
        return output.document(&as_json(&path, installed.as_ref(), &fingerprint));
    }
    Ok(print(&path, installed.as_ref(), &fingerprint)?)
}

fn judge(file: &[u8], key: Option<&PublicKey>, machine: &Machine) -> Installed {
    let Some(key) = key else { return Installed { license: None, defect: Some(LicenseError::NoKey) } };
    match verify(file, key) {
        Ok(license) => Installed { defect: license.check(machine, Utc::now()).err(), license: Some(license) },
        Err(defect) => Installed { license: None, defect: Some(defect) },
    }
}

fn as_json(path: &Path, installed: Option<&Installed>, fingerprint: &Fingerprint) -> serde_json::Value {
    let license = installed.and_then(|installed| installed.license.as_ref());
    let defect = installed.and_then(|installed| installed.defect.as_ref());
    json!({
        "file": path.to_string_lossy(),
        "installed": installed.is_some(),
        "in_force": installed.is_some() && defect.is_none(),
        "problem": defect.map(ToString::to_string),
        "license": license.map(license_as_json),
        "fingerprint": fingerprint.to_string(),
    })
}

fn license_as_json(license: &License) -> serde_json::Value {
    json!({
        "plan_name": license.plan.as_str(),
        "device_limit": license.device_limit,
        "holder": license.holder,
        "bound_to_a_machine": license.machine.is_some(),
        "issued": license.issued.to_rfc3339(),
        "expires": license.expires.to_rfc3339(),
    })
}

fn print(path: &Path, installed: Option<&Installed>, fingerprint: &Fingerprint) -> Result<(), OutputError> {
    match installed {
        None => say(format_args!("No licence is installed: {} is not there.", path.display()))?,
        Some(Installed { license, defect }) => {
            say(format_args!("licence     {}", path.display()))?;
            if let Some(license) = license {
                say(format_args!("holder      {}", license.holder))?;
                say(format_args!("plan        {}", license.plan))?;
                say(format_args!("limit       {}", phones_at_work(license.device_limit)))?;
                say(format_args!(
                    "machine     {}",
                    if license.machine.is_some() { "one alone" } else { "any" }
                ))?;
                say(format_args!("from        {}", license.issued))?;
                say(format_args!("until       {}", license.expires))?;
            }
            match defect {
                None => say("in force    yes")?,
                Some(defect) => say(format_args!("in force    no: {defect}"))?,
            }
        }
    }
    say("What the server makes of it, and of its trial, is at /api/v1/license/check of the server.")?;
    say("A licence for this machine alone is issued to its fingerprint, which is new each time:")?;
    say(fingerprint)
}
