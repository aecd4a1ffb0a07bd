//! What an app looks like, as data: its profile, what a profile's selectors find on a screen, and what follows from it.

pub(crate) mod file;
pub(crate) mod guard;
pub mod inspect;
pub(crate) mod selector_spec;
