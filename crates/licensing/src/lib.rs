//! What a server may do, and how that is proven: signed licence files that are verified offline, their binding to a
//! machine, the trial, and the one function that evaluates all of it. It opens neither the database nor a socket, and
//! takes the time as an argument; it reads only the files that identify the machine.

mod encoding;
mod entitlement;
mod error;
mod fingerprint;
mod key;
mod license;
mod license_file;
mod machine;

pub use entitlement::{Entitlement, Evidence, RecordedTime, TRIAL_DAYS, evaluate, phones_at_work};
pub use error::LicenseError;
pub use fingerprint::{Agreement, Fingerprint, FingerprintError};
pub use key::{KeyError, KeyId, PrivateKey, PublicKey};
pub use license::{CLOCK_TOLERANCE, License};
pub use license_file::{MAX_FILE_BYTES, sign, verify};
pub use machine::{ComponentKind, Machine, MachineSources};
