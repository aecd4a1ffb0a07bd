//! Materials of the library, and which of them a task gets.

pub(crate) mod content;
#[expect(clippy::module_inception, reason = "the module holds the type that the folder is named after")]
pub(crate) mod material;
pub(crate) mod selection;
