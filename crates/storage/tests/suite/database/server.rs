//! A PostgreSQL server of the tests' own, from the installed programs: in a temporary folder, reached by a socket in that
//! folder alone, and gone with the process that started it, however that ends.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Debian's `nobody` and `nogroup`: the server refuses to run as root.
const NOBODY: u32 = 65_534;

/// Reads until the end of what the tests' process holds open, then clears up behind it.
const KEEPER: &str = r#"read -r _; "$1/pg_ctl" --pgdata="$2/data" --mode=immediate stop; rm -rf "$2""#;

pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    durable: bool,
    /// Its standard input is held open for as long as this process lives.
    _keeper: Child,
}

impl Server {
    /// A new server with no databases of ours. Without `durable` it does not wait for the disk.
    pub(crate) fn start(durable: bool) -> Self {
        let programs =
            programs().expect("no PostgreSQL server is installed: no initdb on PATH or below /usr/lib");
        let folder = TempDir::new().unwrap().keep();
        if is_root() {
            chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let keeper = unprivileged("sh", &folder)
            .args(["-c", KEEPER, "keeper"])
            .args([&programs, &folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { programs, folder, durable, _keeper: keeper };
        server.run("initdb", |initdb| {
            initdb.args([
                "--username=tikmatrix",
                "--auth=trust",
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
            ])
        });
        server.resume();
        server
    }

    /// Starts the server again after [`Server::stop`].
    pub(crate) fn resume(&self) {
        let mut options =
            format!("-k {} -c listen_addresses='' -c max_connections=400", self.folder.display());
        if !self.durable {
            options += " -c fsync=off";
        }
        let log = format!("--log={}", self.folder.join("log").display());
        self.run("pg_ctl", |pg_ctl| pg_ctl.args([&log, "--options", &options, "--wait", "start"]));
    }

    /// Ends the server without letting anyone finish.
    pub(crate) fn stop(&self) {
        self.run("pg_ctl", |pg_ctl| pg_ctl.args(["--mode=immediate", "--wait", "stop"]));
    }

    /// The URL of the database called `name`.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("postgres://tikmatrix@/{name}?host={}", self.folder.display())
    }

    fn run(&self, program: &str, arguments: impl FnOnce(&mut Command) -> &mut Command) {
        let mut command = unprivileged(self.programs.join(program), &self.folder);
        command.arg(format!("--pgdata={}", self.folder.join("data").display()));
        // The server inherits the pipes of who starts it, so that reading them to their end would wait for its end.
        arguments(&mut command).stdin(Stdio::null()).stdout(Stdio::null());
        let status = command.status().unwrap();
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(status.success(), "{program} failed: {status}\n{log}");
    }
}

/// Where `initdb` and its companions are; none if no server is installed.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    // Debian keeps them off the path, one folder for each version.
    on_path.or_else(|| {
        let mut versions: Vec<PathBuf> = match std::fs::read_dir("/usr/lib/postgresql") {
            Ok(folder) => folder.map(|entry| entry.unwrap().path().join("bin")).collect(),
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => panic!("cannot read /usr/lib/postgresql: {error}"),
        };
        versions.retain(|folder| folder.join("initdb").exists());
        versions.sort();
        versions.pop()
    })
}

fn unprivileged(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("LC_ALL", "C");
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
