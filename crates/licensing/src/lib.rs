//! What a server may do, and how that is proven: signed licence files that are verified offline, their binding to a
//! machine, the trial, and the one function that weighs all of it. It opens neither the database nor a socket, and takes
//! the time as an argument; the only files that it reads tell it what machine it is on.

mod defect;
mod encoding;
mod file;
mod fingerprint;
mod key;
mod license;
mod machine;
mod standing;

pub use defect::{FingerprintError, KeyError, LicenseDefect};
pub use file::{LONGEST_FILE, open, seal};
pub use fingerprint::{Agreement, Fingerprint};
pub use key::{KeyId, PrivateKey, PublicKey};
pub use license::License;
pub use machine::{ComponentKind, Machine, MachineSources};
pub use standing::{CLOCK_TOLERANCE, Evidence, Standing, TRIAL_DAYS, standing};
