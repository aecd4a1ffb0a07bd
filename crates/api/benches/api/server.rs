//! A program that answers HTTP: the real binary, or the bench itself as the bare route.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tempfile::TempDir;

use crate::bench_database::BenchDatabase;
use crate::client::Client;

/// Killed when it is dropped, with all that it kept.
pub(crate) struct Server {
    child: Child,
    /// `HOST:PORT`.
    pub(crate) address: String,
    kept: Option<(TempDir, BenchDatabase)>,
}

impl Server {
    /// `tikmatrix` with no phones on the database at `database`.
    pub(crate) fn start(database: BenchDatabase) -> Self {
        let data = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tikmatrix"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TIKMATRIX_")) {
            command.env_remove(name);
        }
        command.args(["serve", "--port", "0", "--data-dir"]).arg(data.path());
        command.args(["--database-url", &database.url()]);
        Self::listening(command.env("RUST_LOG", "error"), Some((data, database)))
    }

    /// What `command` becomes as soon as it says where it listens.
    pub(crate) fn listening(command: &mut Command, kept: Option<(TempDir, BenchDatabase)>) -> Self {
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
        Self { address: address.to_owned(), child, kept }
    }

    /// Waits until it has ended the tasks that a dead server seems to have left running, which is not what is measured;
    /// PostgreSQL then cleans up after so many changes, as it does automatically sooner or later.
    pub(crate) async fn settle(&self) {
        let mut client = Client::connect(&self.address).await;
        let request = client.get("/api/v1/task?status=1&page_size=1", "");
        while client.data(&request).await["total"] != 0 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        if let Some((_, BenchDatabase::Postgres(url))) = &self.kept {
            PgConnection::establish(url).unwrap().batch_execute("VACUUM ANALYZE").unwrap();
        }
    }

    /// The megabytes of memory that it has now, and the most that it ever had.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
        };
        (of("VmRSS"), of("VmHWM"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
