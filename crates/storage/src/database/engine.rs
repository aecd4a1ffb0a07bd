//! What each engine does in its own way.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use diesel::QueryResult;
use diesel_migrations::EmbeddedMigrations;

/// A connection to one engine, and what differs between the engines outside of the operations.
pub(crate) trait EngineConnection {
    /// Returns the statements that set up a new connection.
    fn settings(&self) -> &'static str;

    /// Returns the migrations of the schema.
    fn migrations(&self) -> EmbeddedMigrations;

    /// Prevents other servers from changing the schema while this connection is open, and lets statements take long.
    fn prepare_migration(&mut self) -> QueryResult<()>;

    /// Lets transactions and waits for other writers take as long as a whole database needs.
    fn prepare_long_work(&mut self) -> QueryResult<()>;

    /// Passes the one text of each row of a query to `each` as it arrives, until that breaks off.
    fn each_text(&mut self, query: &str, each: &mut dyn FnMut(String) -> ControlFlow<()>) -> QueryResult<()>;

    /// Begins a transaction that may write.
    fn begin_write(&mut self) -> QueryResult<()>;

    /// Begins a transaction that sees one state of the database throughout.
    fn begin_read(&mut self) -> QueryResult<()>;

    /// Has the connection find out whether its transactions write a tracked table, by `changed` where it needs it.
    fn track_changes(&mut self, changed: &Arc<AtomicBool>) -> QueryResult<()>;

    /// Returns, at the end of a transaction, whether it wrote a tracked table, and counts it for other servers.
    fn take_change(&mut self, changed: &AtomicBool) -> QueryResult<bool>;
}
