//! Connections to the database: one that writes, several that read, and the notification of changes.

pub(crate) mod change_tracking;
pub(crate) mod connection;
pub(crate) mod engine;
pub(crate) mod job_queue;
pub(crate) mod notifications;
pub(crate) mod open_database;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod read_pool;
pub(crate) mod sqlite;
pub(crate) mod url;
pub(crate) mod write_queue;
