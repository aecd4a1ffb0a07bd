//! What can be wrong with a licence, a key or a fingerprint, each as one sentence that says what to do.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::fingerprint::Agreement;
use crate::key::KeyId;
use crate::license::{MAX_HOLDER_LETTERS, day};

/// Why a licence is not in force.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LicenseError {
    /// It is longer than any licence.
    #[error("the licence file is longer than {limit} bytes: this is no licence of TikMatrix")]
    TooLong {
        /// The most that is read.
        limit: usize,
    },
    /// It ends too early.
    #[error("the licence file is cut off: copy it again as a whole")]
    Truncated,
    /// It is something else.
    #[error("the file is not a licence of TikMatrix: {reason}")]
    NotALicense {
        /// What is wrong with its form.
        reason: String,
    },
    /// It is of a later version of the format.
    #[error(
        "the licence has the format {version}, which this version of TikMatrix does not know: update TikMatrix"
    )]
    UnknownVersion {
        /// The version that it says.
        version: u64,
    },
    /// It says the same as a licence, and in other letters.
    #[error("the licence file is not letter for letter as it was issued: use the original file")]
    Altered,
    /// Another key than ours signed it.
    #[error(
        "the licence was signed with the key {signed}, and this server verifies with the key {ours}: \
        it is for another edition, or the server's --license-key is not the vendor's"
    )]
    OtherKey {
        /// Of the key that signed.
        signed: KeyId,
        /// Of the key that verifies.
        ours: KeyId,
    },
    /// The signature does not fit what the licence says.
    #[error(
        "the licence's signature is wrong: the file was changed after it was issued, use the original file"
    )]
    WrongSignature,
    /// A plan of a later version.
    #[error(
        "the licence is for the plan {plan:?}, which this version of TikMatrix does not know: update TikMatrix"
    )]
    UnknownPlan {
        /// What it says.
        plan: String,
    },
    /// What it says makes no sense.
    #[error("the licence's {field} {reason}: ask for another one")]
    Senseless {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// It is of a time to come.
    #[error("the licence was issued on {}, which is still to come by this machine's clock: set the clock right", day(*issued))]
    IssuedInTheFuture {
        /// When it says it was issued.
        issued: DateTime<Utc>,
    },
    /// Its time is over.
    #[error("the licence expired on {}: renew it", day(*since))]
    Expired {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// It is for another machine.
    #[error("the licence is for another machine: of the {} parts that it knows, this machine has {}; \
        ask for a licence for this machine's fingerprint (`tikmatrix license show` prints it)", .agreement.known, .agreement.found)]
    OtherMachine {
        /// How much of it is the same.
        agreement: Agreement,
    },
    /// There is no key to verify with.
    #[error(
        "the licence cannot be verified: this build of TikMatrix holds no vendor's key, give one with --license-key"
    )]
    NoKey,
    /// Nothing of it can be signed as it stands.
    #[error(
        "a holder is named with 1 to {MAX_HOLDER_LETTERS} letters, without line breaks or other control characters"
    )]
    Holder,
}

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// A private key where a public one belongs.
    #[error(
        "this is the private key, which must never leave the vendor: give the public key that belongs to it"
    )]
    Private,
    /// A public key where a private one belongs.
    #[error("this is the public key, which cannot sign: give the private key that belongs to it")]
    Public,
    /// Neither.
    #[error(
        "this is no key: a public key begins with \"{}\", a private one with \"{}\", each with 43 letters after it",
        crate::key::PUBLIC,
        crate::key::PRIVATE
    )]
    Malformed,
}

/// Why a text or a machine gives no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FingerprintError {
    /// It is not the text of a fingerprint.
    #[error("this is no fingerprint of a machine: copy the whole line that `tikmatrix license show` prints")]
    Malformed,
    /// It knows too little.
    #[error(
        "the fingerprint knows {known} parts of its machine, and a licence can be bound to at least 2: \
        issue it without a machine"
    )]
    TooFewParts {
        /// How many it knows.
        known: usize,
    },
}
