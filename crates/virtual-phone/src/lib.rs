//! An Android phone in software: the oracle of the tests and of the demo.

mod access;
mod agent;
mod apk;
pub mod apps;
mod command_log;
mod commands;
pub mod control;
mod daemon;
mod farm;
mod fault;
pub mod filesystem;
mod machine;
mod media_store;
mod processes;
mod properties;
mod settings;
mod shell;
mod sockets;
pub mod ui;

pub use access::{Access, AccessReport, Answer, Question};
pub use farm::{Farm, FarmError, FarmOptions, MOST_PHONES, PairingOffer, PhoneReport, VirtualPhone};
pub use fault::{CableFault, Fault, FaultError};
