//! What an app looks like, as data: its profile, what a profile's selectors find on a screen, and what follows from it.

pub mod file;
pub mod guard;
pub mod inspect;
pub mod selector_spec;
