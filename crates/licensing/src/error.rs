//! What can be wrong with a licence, each as one sentence with what to do.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::encoding::minute;
use crate::fingerprint::Agreement;
use crate::key::KeyId;

/// The longest name of a holder, in Unicode scalar values.
pub(crate) const MAX_HOLDER_LETTERS: usize = 200;

/// Why a licence is not in force.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LicenseError {
    /// The file is longer than any licence.
    #[error("the licence file is longer than {limit} bytes: this is no licence of TikMatrix")]
    TooLong {
        /// The longest file that is read.
        limit: usize,
    },
    /// The file ends too early.
    #[error("the licence file is cut off: copy it again as a whole")]
    Truncated,
    /// The file is something else.
    #[error("the file is not a licence of TikMatrix: {reason}")]
    NotALicense {
        /// What is wrong with its format.
        reason: String,
    },
    /// The file has a later version of the format.
    #[error(
        "the licence has the format {version}, which this version of TikMatrix does not know: update TikMatrix"
    )]
    UnknownVersion {
        /// The version.
        version: u64,
    },
    /// The file has the content of a licence in another form.
    #[error("the licence file is not letter for letter as it was issued: use the original file")]
    Altered,
    /// Another key than the server's signed it.
    #[error(
        "the licence was signed with the key {signed}, and this server verifies with the key {ours}: \
        it is for another edition, or the server's --license-key is not the vendor's"
    )]
    OtherKey {
        /// The key that signed it.
        signed: KeyId,
        /// The key that verifies.
        ours: KeyId,
    },
    /// The signature does not match the content.
    #[error(
        "the licence's signature is wrong: the file was changed after it was issued, use the original file"
    )]
    WrongSignature,
    /// The plan is one of a later version.
    #[error(
        "the licence is for the plan {plan:?}, which this version of TikMatrix does not know: update TikMatrix"
    )]
    UnknownPlan {
        /// The name of the plan.
        plan: String,
    },
    /// A field has an impossible value.
    #[error("the licence's {field} {reason}: ask for another one")]
    InvalidField {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// It was issued in the future.
    #[error("the licence was issued on {}, which is still to come by this machine's clock: set the clock right", minute(*issued))]
    IssuedInTheFuture {
        /// When it was issued.
        issued: DateTime<Utc>,
    },
    /// It has expired.
    #[error("the licence expired on {}: renew it", minute(*since))]
    Expired {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// It is bound to another machine.
    #[error("the licence is for another machine: of the {} parts that it knows, this machine has {}; \
        ask for a licence for this machine's fingerprint (`tikmatrix license show` prints it)", .agreement.known, .agreement.found)]
    OtherMachine {
        /// How far the machines agree.
        agreement: Agreement,
    },
    /// The server has no key to verify it with.
    #[error(
        "the licence cannot be verified: this build of TikMatrix holds no vendor's key, give one with --license-key"
    )]
    NoKey,
    /// The name of the holder is empty, too long or has control characters.
    #[error(
        "a holder is named with 1 to {MAX_HOLDER_LETTERS} letters, without line breaks or other control characters"
    )]
    Holder,
}

impl LicenseError {
    pub(crate) fn invalid_field(field: &'static str, reason: impl Into<String>) -> Self {
        Self::InvalidField { field, reason: reason.into() }
    }
}
