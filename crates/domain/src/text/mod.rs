//! Texts: those of the enums, templates of captions, and texts from elsewhere made safe to log, store and print.

pub(crate) mod clean;
mod enum_text;
pub(crate) mod spintax;
