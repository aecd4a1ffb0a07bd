//! One Android phone: ADB as codecs without I/O and as transports, a phone's verbs, its UI tree and selectors, and
//! the engine that runs a script on it. It knows no TikTok, no Instagram, no database and no HTTP.

pub mod adb;
pub mod android;
pub mod deadline;
pub mod phone;
pub mod registry;
pub mod script;
pub mod shell_quote;
pub mod tape;
pub mod ui;
