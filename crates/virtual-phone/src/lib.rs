//! An Android phone in software: the oracle of the tests and of the demo.

mod access;
mod agent;
pub mod apps;
mod commands;
pub mod control;
mod daemon;
mod farm;
mod fault;
pub mod filesystem;
mod machine;
mod shell;
mod system;
pub mod ui;

pub use access::{Access, AccessReport, Answer, Question};
pub use farm::{Farm, FarmError, FarmOptions, MAX_PHONES, PairingOffer, PhoneReport, VirtualPhone};
pub use fault::{CableFault, Fault, FaultError};
pub use system::rewriting::{Change, Rewriting};
