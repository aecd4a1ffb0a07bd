//! `tikmatrix license issue`.

use std::path::PathBuf;

use anyhow::Context;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use clap::Args;
use tikmatrix_domain::Plan;
use tikmatrix_licensing::{Fingerprint, License, PrivateKey, sign};

use super::{moment, secret_file};
use crate::cli::output::say;

/// What `license issue` can be told.
#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
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
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_ISSUED", value_name = "DAY", value_parser = moment::parse)]
    issued: Option<DateTime<Utc>>,
    /// Until when, a day or a moment in UTC [default: --days after it is issued]
    #[arg(long, env = "TIKMATRIX_LICENSE_ISSUE_EXPIRES", value_name = "DAY", value_parser = moment::parse,
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
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let key = PrivateKey::from_text(&secret_file::read(&options.key)?)
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
        say(file.trim_end());
        return Ok(());
    };
    // A licence that was issued once is never overwritten by another one.
    std::fs::File::create_new(path)
        .and_then(|mut out| std::io::Write::write_all(&mut out, file.as_bytes()))
        .with_context(|| format!("cannot write the licence to {}", path.display()))?;
    say(format_args!("The licence for {} is in {}.", license.holder, path.display()));
    Ok(())
}

fn plan(name: &str) -> Result<Plan, String> {
    Plan::from_name(name).ok_or_else(|| "a plan is one of starter, pro, team, business".to_owned())
}
