//! The RSA keys by which a phone recognises this machine, in memory and in adb's files.

mod adb_key;
mod public;
pub(super) mod store;

pub use adb_key::AdbKey;
pub use public::{AdbPublicKey, KEY_BITS, KeyError, PUBLIC_KEY_LEN, TOKEN_LEN};
pub use store::{KeyFiles, KeyRing, KeyStore, KeyStoreError};
