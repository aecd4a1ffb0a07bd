//! One Android phone: ADB as codecs without I/O and as transports, the operations of a phone, its UI tree and selectors,
//! and the engine that runs a script on it. It knows no app, no database and no HTTP.
//!
//! Features, all on by default: `tls` (phones that demand TLS, as with wireless debugging), `pairing` (pairing by code),
//! `mdns` (phones that announce themselves), `scripts` (the script engine and its tapes).

pub mod adb;
pub mod android;
pub mod deadline;
pub mod phone;
pub mod registry;
#[cfg(feature = "scripts")]
pub mod script;
pub mod shell_quote;
#[cfg(feature = "scripts")]
pub mod tape;
pub mod ui;
