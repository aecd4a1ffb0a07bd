//! Other users: the ways to their profiles, and the button that follows them.

mod controls;
pub(crate) mod following;
mod search;
