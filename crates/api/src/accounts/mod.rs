//! Accounts: recorded, read, changed, deleted, and exchanged as a table.

pub(crate) mod convert;
pub(crate) mod csv;
pub(crate) mod handlers;
pub(crate) mod list_query;
pub(crate) mod status;
