//! A network namespace for the real adbd: it listens on every address and accepts every client, so it must not be
//! reachable from outside the machine.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::Program;

/// A fixed port: the namespace has no other listener. Beyond 5585: adb servers take what listens on an odd port from
/// 5555 up to there for an emulator.
const PORT: u16 = 16001;
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs `program` in a new network namespace beside the real adbd that was unpacked into `adbd`.
pub(crate) fn run(adbd: &Path, program: &[&str]) -> Result<()> {
    let ourselves = std::env::current_exe().context("cannot find this program")?;
    Program::new("unshare")
        .arguments(["--net", "--map-root-user", "--"])
        .arguments([ourselves.as_os_str(), "beside-adbd".as_ref(), adbd.as_os_str()])
        .arguments(program)
        .run()
}

/// Inside the namespace: starts adbd, waits until it listens, runs the program and ends adbd.
pub(crate) fn beside_adbd(adbd: &Path, program: &[String]) -> Result<()> {
    Program::new("ip").arguments(["link", "set", "lo", "up"]).run()?;
    let daemon = Daemon::start(adbd)?;
    daemon.wait()?;
    let (name, arguments) = program.split_first().context("no program to run")?;
    Program::new(name)
        .arguments(arguments)
        .environment("TIKMATRIX_ADBD", format!("{}:{PORT}", Ipv4Addr::LOCALHOST))
        .environment("TIKMATRIX_NEWER_ADB", adbd.join("adb"))
        .run()
}

/// A running adbd, which is killed on drop.
struct Daemon(Child);

impl Daemon {
    fn start(folder: &Path) -> Result<Self> {
        let child = Command::new(folder.join("adbd"))
            .env("ADBD_PORT", PORT.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start the real adbd")?;
        Ok(Self(child))
    }

    /// Waits until adbd accepts connections; it does not report in another way that it listens.
    fn wait(&self) -> Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
        let end = Instant::now() + START_TIMEOUT;
        while Instant::now() < end {
            if TcpStream::connect(address).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("the real adbd does not listen on {address} after {} s", START_TIMEOUT.as_secs())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already; nothing is left to stop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
