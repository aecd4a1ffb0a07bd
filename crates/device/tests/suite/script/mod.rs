//! The script engine and its tapes.

mod execute;
mod tape;
