//! A licence, and whether it is in force on a machine at a moment.

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::Plan;

use crate::error::{LicenseError, MAX_HOLDER_LETTERS};
use crate::fingerprint::Fingerprint;
use crate::machine::Machine;

/// How far a clock may be set back, or be behind the vendor's, without consequences: clocks drift, and are corrected.
pub const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(10);

/// A licence as the vendor grants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    /// The plan.
    pub plan: Plan,
    /// How many phones may work at once; at least 1, usually the plan's own limit.
    pub device_limit: u32,
    /// The holder's name.
    pub holder: String,
    /// The machine that it is bound to. Default: any.
    pub machine: Option<Fingerprint>,
    /// The moment from which it is in force, in whole seconds.
    pub issued: DateTime<Utc>,
    /// The moment at which it expires, in whole seconds.
    pub expires: DateTime<Utc>,
}

impl License {
    /// Checks each field alone.
    pub(crate) fn check_fields(&self) -> Result<(), LicenseError> {
        let letters = self.holder.chars().count();
        let holder_is_valid = (1..=MAX_HOLDER_LETTERS).contains(&letters)
            && !self.holder.trim().is_empty()
            && !self.holder.chars().any(char::is_control);
        if !holder_is_valid {
            return Err(LicenseError::Holder);
        }
        if self.device_limit == 0 {
            return Err(LicenseError::invalid_field("device limit", "is 0 phones"));
        }
        if self.expires <= self.issued {
            return Err(LicenseError::invalid_field("end", "is not after its beginning"));
        }
        Ok(())
    }

    /// Checks that it is in force at `now` on `machine`.
    ///
    /// # Errors
    /// The reason why it is not.
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
