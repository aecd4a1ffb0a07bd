//! What a licence says, and whether that holds for a machine and a moment. Its form on disk is another module's.

use chrono::{DateTime, SecondsFormat, Utc};
use tikmatrix_domain::Plan;

use crate::entitlement::CLOCK_TOLERANCE;
use crate::error::LicenseError;
use crate::fingerprint::Fingerprint;
use crate::machine::Machine;

/// The longest name of a holder, in Unicode scalar values.
pub(crate) const MAX_HOLDER_LETTERS: usize = 200;

/// What the vendor grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    /// Which plan.
    pub plan: Plan,
    /// How many phones may work at once; at least 1. As a rule the plan's own limit.
    pub device_limit: u32,
    /// To whom.
    pub holder: String,
    /// For which machine; none means any.
    pub machine: Option<Fingerprint>,
    /// Since when; whole seconds.
    pub issued: DateTime<Utc>,
    /// Until when, that moment not included; whole seconds.
    pub expires: DateTime<Utc>,
}

impl License {
    /// Whether what it says can mean anything at all.
    pub(crate) fn check_sense(&self) -> Result<(), LicenseError> {
        let letters = self.holder.chars().count();
        let holder_is_well = (1..=MAX_HOLDER_LETTERS).contains(&letters)
            && !self.holder.trim().is_empty()
            && !self.holder.chars().any(char::is_control);
        if !holder_is_well {
            return Err(LicenseError::Holder);
        }
        if self.device_limit == 0 {
            return Err(senseless("device limit", "is 0 phones"));
        }
        if self.expires <= self.issued {
            return Err(senseless("end", "is not after its beginning"));
        }
        Ok(())
    }

    /// Whether it is in force at `now` on `machine`.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, machine: &Machine, now: DateTime<Utc>) -> Result<(), LicenseError> {
        if self.issued > now + CLOCK_TOLERANCE {
            return Err(LicenseError::IssuedInTheFuture { issued: self.issued });
        }
        if self.expires <= now {
            return Err(LicenseError::Expired { since: self.expires });
        }
        let agreement = self.machine.as_ref().map(|bound| bound.agreement(machine));
        match agreement {
            Some(agreement) if !agreement.is_enough() => Err(LicenseError::OtherMachine { agreement }),
            _ => Ok(()),
        }
    }
}

pub(crate) fn senseless(field: &'static str, reason: impl Into<String>) -> LicenseError {
    LicenseError::Senseless { field, reason: reason.into() }
}

/// A moment for a person: to the minute, in UTC.
pub(crate) fn day(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// A moment as a licence file has it: RFC 3339 in UTC, whole seconds.
pub(crate) fn written(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
