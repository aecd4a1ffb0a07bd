//! The accounts that are signed in, the sheet that switches between them, and the search for other users.

pub(crate) mod actions;
pub(crate) mod dialogs;
pub(crate) mod search;
mod state;

pub(crate) use state::People;
