//! An Android phone in software: the oracle of the tests and of the demo.

pub mod apps;
mod commands;
mod daemon;
mod farm;
pub mod filesystem;
mod machine;
mod properties;
mod shell;
pub mod ui;

pub use farm::{Farm, FarmError, FarmOptions, MOST_PHONES, VirtualPhone};
