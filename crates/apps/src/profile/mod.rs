//! What an app looks like, as data, and what its profile finds on a screen.

pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod guard;
pub mod inspect;
pub(crate) mod labels;
pub(crate) mod selector_spec;
pub(crate) mod signs;
pub mod summary;
