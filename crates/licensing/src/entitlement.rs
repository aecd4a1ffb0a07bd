//! What a server may do at a moment: the one function that evaluates the installed licence, the machine, the trial and
//! the clock.

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::Plan;

use crate::encoding::minute;
use crate::error::LicenseError;
use crate::key::PublicKey;
use crate::license::{CLOCK_TOLERANCE, License};
use crate::license_file;
use crate::machine::Machine;

/// The length of the trial of a new data directory.
pub const TRIAL_DAYS: i64 = 30;
const TRIAL_PLAN: Plan = Plan::Pro;

/// Everything on which an entitlement depends.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The installed licence file, if any.
    pub license: Option<&'a [u8]>,
    /// The vendor's key, if the server has one.
    pub key: Option<&'a PublicKey>,
    /// This machine.
    pub machine: &'a Machine,
    /// The moment at which the data directory was created.
    pub trial_start: DateTime<Utc>,
    /// The latest moment at which the server is known to have run.
    pub last_seen: DateTime<Utc>,
    /// The present moment by the machine's clock.
    pub now: DateTime<Utc>,
}

/// What the server may do, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// The plan in force.
    pub plan: Plan,
    /// Whether the HTTP API may be used.
    pub api_enabled: bool,
    /// How many phones may work at once.
    pub device_limit: u32,
    /// When this ends. `None` for Starter, which remains.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether this is the trial.
    pub trial: bool,
    /// A sentence for people, with what to do where something is wrong.
    pub message: String,
    /// The moment to store as the next [`Evidence::last_seen`].
    pub last_seen: DateTime<Utc>,
}

/// Decides what the server may do.
///
/// An installed licence decides alone: in force, it grants its plan, and otherwise [`Plan::Starter`] remains. Without
/// one there is the trial, and then Starter. While the clock shows a moment before the server is known to have run,
/// Starter remains too, since neither would be certain to end.
#[must_use]
pub fn evaluate(evidence: Evidence<'_>) -> Entitlement {
    let Evidence { license, key, machine, trial_start, last_seen, now } = evidence;
    let last_seen = last_seen.max(trial_start);
    let grant = if now + CLOCK_TOLERANCE < last_seen {
        Grant::starter(&format!(
            "the clock was set back: it shows {}, and the server already ran on {}; set the clock right",
            minute(now),
            minute(last_seen)
        ))
    } else if let Some(file) = license {
        match in_force(file, key, machine, now) {
            Ok(license) => Grant::licensed(&license),
            Err(error) => Grant::starter(&error.to_string()),
        }
    } else {
        trial(trial_start, now)
    };
    Entitlement {
        plan: grant.plan,
        api_enabled: grant.plan.has_api(),
        device_limit: grant.device_limit,
        expires_at: grant.expires_at,
        trial: grant.trial,
        message: grant.message,
        last_seen: last_seen.max(now),
    }
}

struct Grant {
    plan: Plan,
    device_limit: u32,
    expires_at: Option<DateTime<Utc>>,
    trial: bool,
    message: String,
}

impl Grant {
    fn licensed(license: &License) -> Self {
        let License { plan, device_limit, holder, expires, .. } = license;
        let message = format!(
            "licensed to {holder}: plan {plan}, at most {device_limit} phones at work at once, until {}",
            minute(*expires)
        );
        let expires_at = Some(*expires);
        Self { plan: *plan, device_limit: *device_limit, expires_at, trial: false, message }
    }

    fn starter(reason: &str) -> Self {
        let plan = Plan::Starter;
        let device_limit = plan.device_limit();
        let message =
            format!("plan {plan}, at most {device_limit} phones at work at once, no API access: {reason}");
        Self { plan, device_limit, expires_at: None, trial: false, message }
    }
}

fn in_force(
    file: &[u8],
    key: Option<&PublicKey>,
    machine: &Machine,
    now: DateTime<Utc>,
) -> Result<License, LicenseError> {
    let license = license_file::verify(file, key.ok_or(LicenseError::NoKey)?)?;
    license.check(machine, now)?;
    Ok(license)
}

fn trial(start: DateTime<Utc>, now: DateTime<Utc>) -> Grant {
    let end = start + TimeDelta::days(TRIAL_DAYS);
    if end <= now {
        let reason =
            format!("the trial ended on {}; install a licence with `tikmatrix license install`", minute(end));
        return Grant::starter(&reason);
    }
    let (plan, device_limit) = (TRIAL_PLAN, TRIAL_PLAN.device_limit());
    let message = format!(
        "trial of the plan {plan}, at most {device_limit} phones at work at once, until {}",
        minute(end)
    );
    Grant { plan, device_limit, expires_at: Some(end), trial: true, message }
}
