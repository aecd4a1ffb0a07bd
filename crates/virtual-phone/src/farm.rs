//! Farms of virtual phones: starting them, finding one, arming faults, switching them off.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use thiserror::Error;
use tikmatrix_device::adb::keys::AdbPublicKey;
use tikmatrix_domain::{Clock, SystemClock};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::access::{Access, AccessReport, Answer};
use crate::daemon::{self, Burst, Wire};
use crate::fault::{CableFault, Fault};
use crate::machine::Machine;
use crate::system::rewriting::Rewriting;
use crate::ui::AppsReport;

/// The limit of phones of one farm.
pub const MAX_PHONES: u16 = 1000;

/// The phones to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FarmOptions {
    /// Their number, at most [`MAX_PHONES`].
    pub count: u16,
    /// The port of the first phone; the others have the following ones. `None` means any free ports.
    pub first_port: Option<u16>,
    /// The seed of everything that differs between phones.
    pub seed: u64,
}

/// Why phones could not be started or used.
#[derive(Debug, Error)]
pub enum FarmError {
    /// There are too many phones, or too few ports above the first.
    #[error("{count} phones cannot be started: at most {MAX_PHONES}, and no port above 65535")]
    TooMany {
        /// The requested number.
        count: u16,
    },
    /// The port is taken, or may not be used.
    #[error("{serial} cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The phone.
        serial: String,
        /// 0 for any free port.
        port: u16,
        /// The system's error.
        source: io::Error,
    },
    /// The farm has no phone of this serial.
    #[error("there is no virtual phone {0}")]
    NoSuchPhone(String),
}

impl FarmError {
    /// Whether a retry may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Listen { .. })
    }
}

/// The oracle's report of one phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhoneReport {
    /// Its serial number.
    pub serial: String,
    /// The address of its adbd, `HOST:PORT`.
    pub address: String,
    /// Whether it is as slow as a real phone.
    pub realistic: bool,
    /// The keyboard in use, as `settings get secure default_input_method` prints it.
    pub keyboard: String,
    /// The names of the files in its camera's folder.
    pub camera: Vec<String>,
    /// By app, what its accounts published and whom they follow.
    pub apps: AppsReport,
}

/// The folder of the camera's files.
const CAMERA: &str = "/storage/emulated/0/DCIM/Camera";

/// The content of a phone's dialog "Pair device with pairing code".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairingOffer {
    /// The address for pairing, `HOST:PORT`; its port is not the one of adbd.
    pub address: String,
    /// Six digits.
    pub code: String,
}

/// Phones on loopback ports, with the serials `virtual-1`, `virtual-2`… Clones share them.
#[derive(Clone)]
pub struct Farm {
    phones: Arc<Vec<VirtualPhone>>,
    off: Arc<watch::Sender<bool>>,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

/// One phone of a farm.
#[derive(Clone)]
pub struct VirtualPhone {
    pub(crate) machine: Arc<Machine>,
    pub(crate) wire: Wire,
    address: SocketAddr,
}

impl Farm {
    /// Starts phones; when one cannot start, none is left running.
    ///
    /// # Errors
    /// [`FarmError`].
    pub async fn start(options: FarmOptions) -> Result<Self, FarmError> {
        Self::start_with_clock(options, Arc::new(SystemClock)).await
    }

    /// Starts phones that take the time from `clock`.
    ///
    /// # Errors
    /// [`FarmError`].
    pub async fn start_with_clock(options: FarmOptions, clock: Arc<dyn Clock>) -> Result<Self, FarmError> {
        let FarmOptions { count, first_port, seed } = options;
        let last_port = first_port.unwrap_or(1).checked_add(count.saturating_sub(1));
        if count > MAX_PHONES || last_port.is_none() {
            return Err(FarmError::TooMany { count });
        }
        let off = Arc::new(watch::Sender::new(false));
        let mut tasks = JoinSet::new();
        let mut phones = Vec::new();
        for index in 0..count {
            let serial = format!("virtual-{}", index + 1);
            let port = first_port.map_or(0, |first| first + index);
            let (listener, address) = bind(&serial, port).await?;
            let machine =
                Arc::new(Machine::new(&serial, seed.wrapping_add(u64::from(index)), Arc::clone(&clock)));
            let wire = Wire::new();
            tasks.spawn(daemon::listen(listener, Arc::clone(&machine), wire.clone(), off.subscribe()));
            phones.push(VirtualPhone { machine, wire, address });
        }
        Ok(Self { phones: Arc::new(phones), off, tasks: Arc::new(Mutex::new(tasks)) })
    }

    /// The phones, in the order of their serials.
    #[must_use]
    pub fn phones(&self) -> &[VirtualPhone] {
        &self.phones
    }

    /// The phone of this serial.
    #[must_use]
    pub fn phone(&self, serial: &str) -> Option<&VirtualPhone> {
        self.phones.iter().find(|phone| phone.serial() == serial)
    }

    /// The reports of all phones, in the order of their serials.
    #[must_use]
    pub fn report(&self) -> Vec<PhoneReport> {
        self.phones.iter().map(VirtualPhone::report).collect()
    }

    /// Arms a fault on one phone.
    ///
    /// # Errors
    /// [`FarmError::NoSuchPhone`].
    pub fn arm(&self, serial: &str, fault: Fault) -> Result<(), FarmError> {
        self.find(serial)?.arm(fault);
        Ok(())
    }

    /// Ends all faults and rewritings of one phone.
    ///
    /// # Errors
    /// [`FarmError::NoSuchPhone`].
    pub fn clear_faults(&self, serial: &str) -> Result<(), FarmError> {
        self.find(serial)?.clear_faults();
        Ok(())
    }

    /// Opens a phone's dialog "Pair device with pairing code". It closes when a computer has paired, after twenty wrong
    /// codes, and when the farm is shut down.
    ///
    /// # Errors
    /// [`FarmError::NoSuchPhone`], or [`FarmError::Listen`].
    pub async fn offer_pairing(&self, serial: &str) -> Result<PairingOffer, FarmError> {
        let machine = Arc::clone(&self.find(serial)?.machine);
        let (listener, address) = bind(serial, 0).await?;
        let code = format!("{:06}", rand::random_range(0..1_000_000));
        self.tasks.lock().spawn(daemon::offer_pairing(listener, code.clone(), machine, self.off.subscribe()));
        Ok(PairingOffer { address: address.to_string(), code })
    }

    pub(crate) fn find(&self, serial: &str) -> Result<&VirtualPhone, FarmError> {
        self.phone(serial).ok_or_else(|| FarmError::NoSuchPhone(serial.to_owned()))
    }

    /// Switches all phones off and waits until no connection is left.
    pub async fn shutdown(&self) {
        self.off.send_replace(true);
        let mut tasks = std::mem::take(&mut *self.tasks.lock());
        while tasks.join_next().await.is_some() {}
    }
}

async fn bind(serial: &str, port: u16) -> Result<(TcpListener, SocketAddr), FarmError> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let named = bound.and_then(|listener| listener.local_addr().map(|address| (listener, address)));
    named.map_err(|source| FarmError::Listen { serial: serial.to_owned(), port, source })
}

impl VirtualPhone {
    /// Its name in the farm, and its serial number (`ro.serialno`) unless [`VirtualPhone::report_serial`] changed that.
    #[must_use]
    pub fn serial(&self) -> &str {
        self.machine.serial()
    }

    /// The address of its adbd.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The oracle's report of it.
    #[must_use]
    pub fn report(&self) -> PhoneReport {
        let keyboard = self.machine.settings().get("secure", "default_input_method").map(str::to_owned);
        let camera = self.machine.files().list(CAMERA).unwrap_or_default();
        PhoneReport {
            serial: self.serial().to_owned(),
            address: self.address.to_string(),
            realistic: self.machine.is_realistic(),
            keyboard: keyboard.unwrap_or_default(),
            camera: camera.into_iter().map(|(name, _)| name).collect(),
            apps: self.machine.windows().tasks().apps.report(),
        }
    }

    /// Makes it report another serial number from now on, as the phones of some makers all report one.
    pub fn report_serial(&self, serial: &str) {
        self.machine.report_serial(serial);
    }

    /// Sets how computers are treated that connect from now on.
    pub fn set_access(&self, access: Access) {
        self.machine.gatekeeper.set_mode(access);
    }

    /// Trusts a key, as after pairing.
    pub fn trust(&self, key: AdbPublicKey) {
        self.machine.gatekeeper.trust(key);
    }

    /// Answers the question on the screen whether to trust a computer; `false` when there is none.
    pub fn answer(&self, answer: Answer) -> bool {
        self.machine.gatekeeper.answer(answer)
    }

    /// The state of its access control.
    #[must_use]
    pub fn access(&self) -> AccessReport {
        self.machine.gatekeeper.report()
    }

    /// Waits for the next change of [`VirtualPhone::access`], from this call on.
    pub fn access_changed(&self) -> impl Future<Output = ()> + use<> {
        self.machine.gatekeeper.watch()
    }

    /// Arms a fault.
    pub fn arm(&self, fault: Fault) {
        match fault {
            Fault::Disconnect { after_bytes: None } => self.wire.pull(),
            Fault::Disconnect { after_bytes: Some(bytes) } => self.wire.pull_after(bytes),
            Fault::Cable(fault) => self.arm_cable(fault),
            Fault::Screen(fault) => self.machine.windows().arm(fault),
        }
    }

    /// Signs in a further account in the app of this id, such as `tiktok`; the current one stays so. `false` when there is
    /// no such app.
    pub fn sign_in(&self, app: &str, username: &str) -> bool {
        self.machine.windows().sign_in(app, username)
    }

    fn arm_cable(&self, fault: CableFault) {
        match fault {
            CableFault::Freeze => self.wire.trouble(|trouble| trouble.frozen = true),
            CableFault::Slow { bytes_per_second } => {
                self.wire.trouble(|trouble| trouble.bytes_per_second = Some(bytes_per_second));
            }
            CableFault::DropPackets { every } => {
                self.wire.trouble(|trouble| trouble.drop_every = Some(every));
            }
            CableFault::HalfClose => self.wire.burst(Burst::HalfClose),
            CableFault::Garbage => self.wire.burst(Burst::Garbage),
            CableFault::Reboot { seconds } => {
                let back = Instant::now() + Duration::from_secs(seconds.into());
                self.wire.trouble(|trouble| trouble.away_until = Some(back));
                self.wire.pull();
                self.machine.reboot();
            }
            CableFault::DuplicateClse { times } => self.wire.trouble(|trouble| trouble.more_closes = times),
            CableFault::UnsolicitedOpen => self.wire.burst(Burst::UnsolicitedOpen),
        }
    }

    /// Waits until its shells have started a command of this name.
    pub async fn ran(&self, name: &str) {
        self.machine.command_log.wait_for(name).await;
    }

    /// Makes it as slow as a real phone on a wireless network, in its connections and its commands.
    pub fn be_realistic(&self) {
        self.wire.be_realistic();
        self.machine.be_realistic();
    }

    /// Makes the cable rewrite commands or answers from now on.
    pub fn rewrite(&self, rewriting: Rewriting) {
        self.machine.rewritings.add(rewriting);
    }

    /// Ends all faults and rewritings.
    pub fn clear_faults(&self) {
        self.wire.mend();
        self.machine.rewritings.clear();
        self.machine.windows().clear_faults();
    }

    /// The last 10,000 commands that its shells ran, oldest first, each as its words.
    #[must_use]
    pub fn commands(&self) -> Vec<Vec<String>> {
        self.machine.command_log.all()
    }
}
