//! Texts: those of the enums, and texts from elsewhere made safe to log, store and print.

pub(crate) mod clean;
mod enum_text;
