//! Real adbds, as many as are wanted, each on a port of its own and with files of its own. `cargo xtask bench adb` starts
//! the bench in a network namespace, in which all ports are free.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::outcome::Outcome;

const FIRST_PORT: u16 = 6001;

/// One running adbd, ended when this goes.
pub(crate) struct Adbd {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Adbd {
    /// Starts `count` of them, whose files go into `folder`, and waits until all listen.
    pub(crate) fn start(count: u16, folder: &Path) -> Outcome<Vec<Self>> {
        let adbd = std::env::var_os("TIKMATRIX_ADBD_PROGRAM")
            .ok_or("TIKMATRIX_ADBD_PROGRAM has to name a real adbd; use `cargo xtask bench adb`")?;
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/adb/programs/phone_of_its_own.sh");
        let mut all = Vec::new();
        for port in FIRST_PORT..FIRST_PORT + count {
            let own = folder.join(port.to_string());
            std::fs::create_dir_all(&own)?;
            let process = Command::new(&program)
                .args([adbd.as_os_str(), own.as_os_str()])
                .env("ADBD_PORT", port.to_string())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
            all.push(Self { process, address: (Ipv4Addr::LOCALHOST, port).into() });
        }
        let end = Instant::now() + Duration::from_secs(30);
        for adbd in &all {
            while TcpStream::connect(adbd.address).is_err() {
                if Instant::now() > end {
                    return Err(format!("no adbd listens on {}", adbd.address).into());
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Ok(all)
    }

    /// Stops it where it is: its sockets stay open, and nothing is answered.
    pub(crate) fn freeze(&self) -> Outcome<()> {
        self.signal("-STOP")
    }

    /// Lets it go on after [`Adbd::freeze`].
    pub(crate) fn thaw(&self) -> Outcome<()> {
        self.signal("-CONT")
    }

    fn signal(&self, signal: &str) -> Outcome<()> {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { Err(format!("the adbd could not be sent {signal}").into()) }
    }
}

impl Drop for Adbd {
    fn drop(&mut self) {
        // It may have ended already; nothing is left to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
