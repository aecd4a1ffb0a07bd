//! Texts: those of the enums, and texts from elsewhere made safe to log, store and print, or kept secret.

pub(crate) mod clean;
mod enum_text;
pub(crate) mod secret;
