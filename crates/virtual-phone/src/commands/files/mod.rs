//! Toybox's tools for files and text.

pub(crate) mod change;
pub(crate) mod digest;
pub(crate) mod list;
pub(crate) mod text;
