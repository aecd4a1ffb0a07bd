//! Phones by the dozen, and one of them: starting, finding, switching off. What a phone is inside is left to
//! `machine`, what stands on its wire to `daemon`.

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
use crate::ui::AppsReport;

/// The most phones that one farm starts.
pub const MOST_PHONES: u16 = 1000;

/// Which phones to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FarmOptions {
    /// How many, at most [`MOST_PHONES`].
    pub count: u16,
    /// The port of the first phone, the others on those that follow; `None` for any free ports.
    pub first_port: Option<u16>,
    /// Decides what differs between phones and is otherwise left to chance.
    pub seed: u64,
}

/// Why phones could not be started, or asked for something.
#[derive(Debug, Error)]
pub enum FarmError {
    /// More phones than a farm holds, or more ports than there are above the first.
    #[error("{count} phones cannot be started: at most {MOST_PHONES}, and no port above 65535")]
    TooMany {
        /// As asked for.
        count: u16,
    },
    /// The port is taken, or may not be used.
    #[error("{serial} cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The phone.
        serial: String,
        /// 0 when any free port was asked for.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// The farm has no phone of this serial.
    #[error("there is no virtual phone {0}")]
    NoSuchPhone(String),
}

impl FarmError {
    /// Whether the same may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Listen { .. })
    }
}

/// What the oracle tells of one phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhoneReport {
    /// Its serial number.
    pub serial: String,
    /// Where its adbd listens, `HOST:PORT`.
    pub address: String,
    /// Whether it takes the time that a real phone takes.
    pub realistic: bool,
    /// The keyboard in use, as `settings get secure default_input_method` tells it.
    pub keyboard: String,
    /// The names of the files in its camera's folder.
    pub camera: Vec<String>,
    /// By app kind, what its accounts published and whom they follow.
    pub apps: AppsReport,
}

/// Where the camera keeps its files, and every app looks.
const CAMERA: &str = "/storage/emulated/0/DCIM/Camera";

/// What a phone's dialog "Pair device with pairing code" shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairingOffer {
    /// Where to pair, `HOST:PORT`; another port than the one at which the phone is used.
    pub address: String,
    /// Six digits.
    pub code: String,
}

/// A number of phones on loopback ports, named `virtual-1` and so on. Clones are the same farm.
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
        if count > MOST_PHONES || last_port.is_none() {
            return Err(FarmError::TooMany { count });
        }
        let off = Arc::new(watch::Sender::new(false));
        let mut tasks = JoinSet::new();
        let mut phones = Vec::new();
        for index in 0..count {
            let serial = format!("virtual-{}", index + 1);
            let port = first_port.map_or(0, |first| first + index);
            let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
            let named = bound.and_then(|listener| listener.local_addr().map(|address| (listener, address)));
            let (listener, address) =
                named.map_err(|source| FarmError::Listen { serial: serial.clone(), port, source })?;
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

    /// What was done on each phone, in the order of their serials.
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

    /// Ends all faults of one phone.
    ///
    /// # Errors
    /// [`FarmError::NoSuchPhone`].
    pub fn clear_faults(&self, serial: &str) -> Result<(), FarmError> {
        self.find(serial)?.clear_faults();
        Ok(())
    }

    /// Opens a phone's dialog "Pair device with pairing code". It closes when somebody has paired, after twenty wrong codes,
    /// and when the farm is shut down.
    ///
    /// # Errors
    /// [`FarmError::NoSuchPhone`], or [`FarmError::Listen`].
    pub async fn offer_pairing(&self, serial: &str) -> Result<PairingOffer, FarmError> {
        let machine = Arc::clone(&self.find(serial)?.machine);
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let named = bound.and_then(|listener| listener.local_addr().map(|address| (listener, address)));
        let (listener, address) =
            named.map_err(|source| FarmError::Listen { serial: serial.to_owned(), port: 0, source })?;
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

impl VirtualPhone {
    /// Its serial number, also `ro.serialno`.
    #[must_use]
    pub fn serial(&self) -> &str {
        self.machine.serial()
    }

    /// Where its adbd listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was done on it.
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
            apps: self.machine.windows().report(),
        }
    }

    /// Decides how computers are treated that connect from now on.
    pub fn set_access(&self, access: Access) {
        self.machine.gatekeeper.set_mode(access);
    }

    /// Trusts a key, as if a person had allowed it or it had been paired.
    pub fn trust(&self, key: AdbPublicKey) {
        self.machine.gatekeeper.trust(key);
    }

    /// Answers the question on the screen whether to trust a computer; `false` when there is none.
    pub fn answer(&self, answer: Answer) -> bool {
        self.machine.gatekeeper.answer(answer)
    }

    /// Whom it lets in, and what it asks.
    #[must_use]
    pub fn access(&self) -> AccessReport {
        self.machine.gatekeeper.report()
    }

    /// Waits for the next change of what [`VirtualPhone::access`] tells, from this call on.
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

    /// Waits until its shells run a command of this name, or have run one.
    pub async fn ran(&self, name: &str) {
        self.machine.command_log.wait_for(name).await;
    }

    /// Takes as long as a real phone on a wireless network from now on, over the cable and in its commands.
    pub fn be_realistic(&self) {
        self.wire.be_realistic();
        self.machine.be_realistic();
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.wire.mend();
        self.machine.windows().clear_faults();
    }

    /// Every command that its shells ran, oldest first, each as its words; the last 10,000 of them.
    #[must_use]
    pub fn commands(&self) -> Vec<Vec<String>> {
        self.machine.command_log.all()
    }
}
