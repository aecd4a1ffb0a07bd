//! The parts of expansion: fields, patterns, parameters, escapes and file names.

pub(crate) mod escapes;
pub(crate) mod fields;
pub(crate) mod glob;
pub(crate) mod parameter;
pub(crate) mod pattern;
