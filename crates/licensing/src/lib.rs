//! What a server may do, and how that is proven: signed licence files that are verified offline, their binding to a
//! machine, the trial, and the one function that weighs all of it. It opens neither the database nor a socket, and takes
//! the time as an argument; the only files that it reads tell it what machine it is on.

mod encoding;
mod entitlement;
mod error;
mod fingerprint;
mod key;
mod license;
mod license_file;
mod machine;

pub use entitlement::{CLOCK_TOLERANCE, Entitlement, Evidence, TRIAL_DAYS, evaluate};
pub use error::{FingerprintError, KeyError, LicenseError};
pub use fingerprint::{Agreement, Fingerprint};
pub use key::{KeyId, PrivateKey, PublicKey};
pub use license::License;
pub use license_file::{MAX_FILE_BYTES, sign, verify};
pub use machine::{ComponentKind, Machine, MachineSources};
