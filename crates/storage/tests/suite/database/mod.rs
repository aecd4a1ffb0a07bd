//! The database as such: opened, migrated, lost and found again, on either engine.

mod migrations;
mod opening;
mod outages;
pub(crate) mod place;
pub(crate) mod server;
