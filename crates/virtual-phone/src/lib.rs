//! An Android phone in software: the oracle of the tests and of the demo.

pub mod apps;
pub mod ui;
