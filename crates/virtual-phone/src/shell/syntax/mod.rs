//! Syntax: from lines to syntax trees.

pub(crate) mod guard;
pub(crate) mod parse;
