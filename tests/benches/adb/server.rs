//! An adb server and its command line, for the clients that need one. The namespace is ours, so the usual port is free.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::outcome::Outcome;

/// The server's usual port.
pub(crate) const PORT: u16 = 5037;

/// A running server, ended when this goes.
pub(crate) struct Server {
    program: PathBuf,
    home: PathBuf,
    process: Child,
}

impl Server {
    pub(crate) fn start(home: &Path) -> Outcome<Self> {
        let program = std::env::var_os("TIKMATRIX_ADB").map_or_else(|| "adb".into(), PathBuf::from);
        let process = plain(&program, home).args(["nodaemon", "server"]).spawn()?;
        Ok(Self { program, home: home.to_owned(), process })
    }

    /// Connects a phone and waits until it takes commands.
    pub(crate) fn connect(&self, address: &str) -> Outcome<()> {
        let limit = Instant::now() + Duration::from_secs(20);
        loop {
            // A refusal comes with exit status 0 too: only a call that works tells.
            plain(&self.program, &self.home).args(["connect", address]).status()?;
            if self.command(address).args(["shell", "true"]).status()?.success() {
                return Ok(());
            }
            if Instant::now() > limit {
                return Err(format!("the adb server does not connect to {address}").into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The command line for one phone.
    pub(crate) fn command(&self, address: &str) -> Command {
        let mut command = plain(&self.program, &self.home);
        command.args(["-s", address]);
        command
    }
}

fn plain(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("HOME", home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; nothing is left to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
