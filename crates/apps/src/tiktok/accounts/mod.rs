//! The accounts of the app on a phone: which is signed in, and the sheet that switches between them.

pub(crate) mod signed_in;
mod switcher;
