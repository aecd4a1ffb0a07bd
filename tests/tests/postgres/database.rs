//! Databases of the tests' own, on one PostgreSQL server or on one each.

use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::postgres::Server;

/// The URL of an empty database on the server that these tests share.
pub(crate) fn shared() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let server = SERVER.get_or_init(|| Server::start(false));
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    tell(&server.url("postgres"), &[&format!("CREATE DATABASE {name}")]);
    server.url(&name)
}

/// Runs statements, each in a transaction of its own, and gives what they answered.
pub(crate) fn tell(url: &str, statements: &[&str]) -> String {
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", url]);
    psql.args(statements.iter().flat_map(|statement| ["--command", statement]));
    let output = psql.output().unwrap();
    assert!(output.status.success(), "{statements:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}
