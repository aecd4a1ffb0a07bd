//! What a server may do at a moment: the one function that weighs the installed licence, the machine, the trial and the
//! clock. Who asks it, how often, and where trial start and last-seen time are kept, is its callers' business.

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::Plan;

use crate::error::LicenseError;
use crate::key::PublicKey;
use crate::license::{License, day};
use crate::license_file;
use crate::machine::Machine;

/// How long a new data directory has the trial's plan.
pub const TRIAL_DAYS: i64 = 30;
const TRIAL_PLAN: Plan = Plan::Pro;

/// By how much a clock may be set back, or be behind the vendor's, without anyone being suspected: clocks drift, and are
/// then set right.
pub const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(10);

/// Everything that an entitlement follows from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The installed licence file, if there is one.
    pub license: Option<&'a [u8]>,
    /// The vendor's key, if the server knows one.
    pub key: Option<&'a PublicKey>,
    /// This machine.
    pub machine: &'a Machine,
    /// When the data directory was made.
    pub trial_start: DateTime<Utc>,
    /// The latest time at which the server is known to have run.
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
    /// When this ends; none for what remains when everything else has ended.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether this is the trial.
    pub trial: bool,
    /// All of it as a sentence for a person, with what to do where something is amiss.
    pub message: String,
    /// The time to keep as the next [`Evidence::last_seen`].
    pub last_seen: DateTime<Utc>,
}

/// What the server may do by `evidence`.
///
/// An installed licence decides alone: in force, it gives its plan, and otherwise [`Plan::Starter`] remains. Without one
/// there is the trial, and then Starter. While the clock shows a time before the server is known to have run, Starter
/// remains as well, since neither can be trusted to end then.
#[must_use]
pub fn evaluate(evidence: Evidence<'_>) -> Entitlement {
    let Evidence { license, key, machine, trial_start, last_seen, now } = evidence;
    let last_seen = last_seen.max(trial_start);
    let judged = if now + CLOCK_TOLERANCE < last_seen {
        Judged::starter(&format!(
            "the clock was set back: it shows {}, and the server already ran on {}; set the clock right",
            day(now),
            day(last_seen)
        ))
    } else if let Some(file) = license {
        match in_force(file, key, machine, now) {
            Ok(license) => Judged::licensed(&license),
            Err(defect) => Judged::starter(&defect.to_string()),
        }
    } else {
        trial(trial_start, now)
    };
    Entitlement {
        plan: judged.plan,
        api_enabled: judged.plan.has_api(),
        device_limit: judged.device_limit,
        expires_at: judged.expires_at,
        trial: judged.trial,
        message: judged.message,
        last_seen: last_seen.max(now),
    }
}

struct Judged {
    plan: Plan,
    device_limit: u32,
    expires_at: Option<DateTime<Utc>>,
    trial: bool,
    message: String,
}

impl Judged {
    fn licensed(license: &License) -> Self {
        let License { plan, device_limit, holder, expires, .. } = license;
        let message = format!(
            "licensed to {holder}: plan {plan}, at most {device_limit} phones at work at once, until {}",
            day(*expires)
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

fn trial(start: DateTime<Utc>, now: DateTime<Utc>) -> Judged {
    let end = start + TimeDelta::days(TRIAL_DAYS);
    if end <= now {
        let reason =
            format!("the trial ended on {}; install a licence with `tikmatrix license install`", day(end));
        return Judged::starter(&reason);
    }
    let (plan, device_limit) = (TRIAL_PLAN, TRIAL_PLAN.device_limit());
    let message = format!(
        "trial of the plan {plan}, at most {device_limit} phones at work at once, until {}",
        day(end)
    );
    Judged { plan, device_limit, expires_at: Some(end), trial: true, message }
}
