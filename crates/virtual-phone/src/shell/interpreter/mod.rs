//! Running lines. A line holds words and a word may hold a line (`$(…)`), so these files import each other: the only
//! import circle of the workspace.

pub(crate) mod arithmetic;
mod expand;
pub(crate) mod interpret;
mod redirect;
mod simple;
