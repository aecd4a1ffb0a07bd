//! The programs in `/system/bin` and the shell's built-in commands. What each prints follows toybox and AOSP's
//! services.

mod android;
mod files;
mod options;
mod process;
mod shell;
pub(crate) mod table;
