//! Running syntax trees. Commands run in words and words in commands, so that these files know each other.

pub(crate) mod arithmetic;
pub(crate) mod expand;
pub(crate) mod interpret;
pub(crate) mod redirect;
pub(crate) mod simple;
