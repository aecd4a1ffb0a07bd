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
    /// What was recorded of the clock so far.
    pub recorded: RecordedTime,
    /// The present moment by the machine's clock.
    pub now: DateTime<Utc>,
}

/// What is recorded of the clock from one evaluation to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedTime {
    /// The latest moment at which the server is known to have run.
    pub last_seen: DateTime<Utc>,
    /// What the clock showed when it was first found to be before that. `None` while it is not.
    pub set_back_at: Option<DateTime<Utc>>,
    /// When the newest of the licences that were in force was issued.
    pub newest_license: Option<DateTime<Utc>>,
}

impl RecordedTime {
    /// Returns the record of a server that first ran at `now`.
    #[must_use]
    pub fn starting_at(now: DateTime<Utc>) -> Self {
        Self { last_seen: now, set_back_at: None, newest_license: None }
    }

    /// Returns the record as it is at `now`, with the licence that is in force as far as it alone decides.
    fn follow(self, license: Option<&License>, now: DateTime<Utc>) -> Self {
        let is_back = now + CLOCK_TOLERANCE < self.last_seen;
        let set_back_at = is_back.then(|| self.set_back_at.unwrap_or(now));
        let issued = license.map(|license| license.issued);
        // The vendor's signature proves a time that no earlier licence could: the clock is right, and once was ahead.
        let is_proven = issued.is_some_and(|issued| {
            set_back_at.is_none_or(|since| issued > since)
                && self.newest_license.is_none_or(|newest| issued > newest)
        });
        match set_back_at {
            Some(_) if !is_proven => Self { set_back_at, ..self },
            Some(_) => Self { last_seen: now, set_back_at: None, newest_license: issued },
            None => Self {
                last_seen: self.last_seen.max(now),
                set_back_at: None,
                newest_license: self.newest_license.max(issued),
            },
        }
    }
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
    /// What to store as the next [`Evidence::recorded`].
    pub recorded: RecordedTime,
}

/// Decides what the server may do.
///
/// An installed licence decides alone: in force, it grants its plan, and otherwise [`Plan::Starter`] remains. Without
/// one, or with a file that cannot be verified, there is the trial, and then Starter. While the clock shows a moment before
/// the server is known to have run, Starter remains too, since neither would be certain to end, until a licence that was
/// issued since then proves the time.
#[must_use]
pub fn evaluate(evidence: Evidence<'_>) -> Entitlement {
    let Evidence { license, key, machine, trial_start, recorded, now } = evidence;
    let verified = license.map(|file| license_file::verify(file, key.ok_or(LicenseError::NoKey)?));
    let in_force = verified.map(|verified| verified.map(|license| (license.check(machine, now), license)));
    let recorded = match &in_force {
        Some(Ok((Ok(()), license))) => recorded.follow(Some(license), now),
        _ => recorded.follow(None, now),
    };
    let grant = match (recorded.set_back_at, in_force) {
        (Some(since), _) => Grant::starter(&set_back(recorded.last_seen, since)),
        (None, Some(Ok((Ok(()), license)))) => Grant::licensed(&license),
        (None, Some(Ok((Err(error), _)))) => Grant::starter(&error.to_string()),
        (None, Some(Err(error))) => trial(trial_start, now).beside(&error),
        (None, None) => trial(trial_start, now),
    };
    Entitlement {
        plan: grant.plan,
        api_enabled: grant.plan.has_api(),
        device_limit: grant.device_limit,
        expires_at: grant.expires_at,
        trial: grant.trial,
        message: grant.message,
        recorded,
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
            "licensed to {holder}: plan {plan}, at most {}, until {}",
            phones_at_work(*device_limit),
            minute(*expires)
        );
        let expires_at = Some(*expires);
        Self { plan: *plan, device_limit: *device_limit, expires_at, trial: false, message }
    }

    /// Adds that the installed licence has no part in it.
    fn beside(self, error: &LicenseError) -> Self {
        Self { message: format!("{}; the installed licence is not used: {error}", self.message), ..self }
    }

    fn starter(reason: &str) -> Self {
        let plan = Plan::Starter;
        let device_limit = plan.device_limit();
        let message =
            format!("plan {plan}, at most {}, no API access: {reason}", phones_at_work(device_limit));
        Self { plan, device_limit, expires_at: None, trial: false, message }
    }
}

/// Formats how many phones may work at once.
#[must_use]
pub fn phones_at_work(count: u32) -> String {
    let phones = if count == 1 { "phone" } else { "phones" };
    format!("{count} {phones} at work at once")
}

/// Describes a clock that shows an earlier moment than the server has seen.
fn set_back(last_seen: DateTime<Utc>, since: DateTime<Utc>) -> String {
    let (until, last_seen, since) = (minute(last_seen - CLOCK_TOLERANCE), minute(last_seen), minute(since));
    format!(
        "the server already ran on {last_seen}, as its clock showed then, and the clock is before that since {since}; if it is \
         wrong now, set it right; if it was wrong then, this ends on {until}, or at once with a licence issued after {since}"
    )
}

fn trial(start: DateTime<Utc>, now: DateTime<Utc>) -> Grant {
    let end = start + TimeDelta::days(TRIAL_DAYS);
    if now + CLOCK_TOLERANCE < start {
        return Grant::starter(&format!(
            "the trial began on {}, which is still to come by this machine's clock: set the clock right, or install a licence",
            minute(start)
        ));
    }
    if end <= now {
        let reason =
            format!("the trial ended on {}; install a licence with `tikmatrix license install`", minute(end));
        return Grant::starter(&reason);
    }
    let (plan, device_limit) = (TRIAL_PLAN, TRIAL_PLAN.device_limit());
    let message =
        format!("trial of the plan {plan}, at most {}, until {}", phones_at_work(device_limit), minute(end));
    Grant { plan, device_limit, expires_at: Some(end), trial: true, message }
}
