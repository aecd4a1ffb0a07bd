//! The database as such: opened, migrated, lost and recovered, on either engine.

mod change_tracking;
mod migrations;
mod opening;
mod outages;
pub(crate) mod server;
mod snapshot;
pub(crate) mod test_database;
mod upgrade;
