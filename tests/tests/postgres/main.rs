//! Whole-system tests on PostgreSQL: several servers on one database, and a database that is out of reach. Each module's
//! first line says what it protects.

#[cfg(test)]
mod backup;
#[cfg(test)]
mod database;
#[cfg(test)]
#[path = "../system/harness/mod.rs"]
#[allow(dead_code, unused_imports, reason = "these tests need less of it than those on SQLite")]
mod harness;
#[cfg(test)]
mod neighbours;
#[cfg(test)]
mod outages;
#[cfg(test)]
#[path = "../../../crates/storage/tests/suite/database/server.rs"]
mod postgres;
