//! Accounts: recorded, read, changed, deleted, and exchanged as a table.

pub(crate) mod csv;
pub(crate) mod handlers;
pub(crate) mod request;
pub(crate) mod view;
