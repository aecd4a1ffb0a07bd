//! How options reach a command: types that several commands share, and where the values come from.

pub(super) mod arguments;
pub(super) mod config;
pub(super) mod environment;
pub(super) mod given_text;
pub(super) mod global;
pub(in crate::cli) mod moments;
