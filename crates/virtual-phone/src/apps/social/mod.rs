//! What simulated social apps share: an account with its posts and uploads, other users, modal windows, a feed, and the
//! grid of a profile. An app adds its screens and its texts.

pub(crate) mod account;
pub(crate) mod dialogs;
pub(crate) mod feed;
pub(crate) mod grid;
pub(crate) mod users;
