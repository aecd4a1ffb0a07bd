//! The shell's built-in commands.

pub(crate) mod builtins;
pub(crate) mod condition;
pub(crate) mod printf;
