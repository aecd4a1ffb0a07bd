//! Everything inside one phone, shared by its connections: files, properties, the clock, the log of commands. Each
//! part has its own lock, held only for short steps.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::{Mutex, MutexGuard};
use sha2::{Digest, Sha256};
use tikmatrix_domain::Clock;

use crate::access::Gatekeeper;
use crate::apps;
use crate::filesystem::FileSystem;
use crate::system::accessibility::Accessibility;
use crate::system::command_log::CommandLog;
use crate::system::media_store::MediaStore;
use crate::system::processes::Processes;
use crate::system::properties::Properties;
use crate::system::rewriting::Rewritings;
use crate::system::settings::Settings;
use crate::system::sockets::Sockets;
use crate::ui::window::window_system::WindowSystem;

/// Bytes that the files of one phone may take.
const CAPACITY: u64 = 512 << 20;

/// The inside of one phone.
pub(crate) struct Machine {
    serial: String,
    clock: Arc<dyn Clock>,
    started: Mutex<DateTime<Utc>>,
    files: Arc<Mutex<FileSystem>>,
    properties: Mutex<Properties>,
    settings: Mutex<Settings>,
    media: Mutex<MediaStore>,
    windows: Mutex<WindowSystem>,
    /// The packages that hosts installed. They show nothing on the screen.
    packages: Mutex<BTreeSet<String>>,
    realistic: AtomicBool,
    /// The text that was copied last.
    pub(crate) clipboard: Mutex<Option<String>>,
    pub(crate) command_log: CommandLog,
    pub(crate) processes: Processes,
    pub(crate) gatekeeper: Gatekeeper,
    pub(crate) sockets: Sockets,
    pub(crate) rewritings: Rewritings,
    pub(crate) accessibility: Accessibility,
}

impl Machine {
    pub(crate) fn new(serial: &str, seed: u64, clock: Arc<dyn Clock>) -> Self {
        let started = clock.now();
        let username = serial.replace('-', "_");
        let mut files = FileSystem::new(CAPACITY, started.timestamp());
        files.system().set_boot_id(&new_boot_id(), started.timestamp());
        let files = Arc::new(Mutex::new(files));
        let media = MediaStore::new(seed);
        let windows = apps::screen_with_gallery(&username, seed, media.gallery(), started);
        Self {
            serial: serial.to_owned(),
            started: Mutex::new(started),
            processes: Processes::new(Arc::clone(&files)),
            files,
            properties: Mutex::new(Properties::new(serial)),
            settings: Mutex::new(Settings::new(&android_id(serial, seed))),
            media: Mutex::new(media),
            windows: Mutex::new(windows),
            clipboard: Mutex::default(),
            packages: Mutex::default(),
            realistic: AtomicBool::new(false),
            command_log: CommandLog::default(),
            gatekeeper: Gatekeeper::default(),
            sockets: Sockets::default(),
            rewritings: Rewritings::default(),
            accessibility: Accessibility::default(),
            clock,
        }
    }

    /// The name of the phone in its farm, and what it reports as its serial number unless that was changed.
    pub(crate) fn serial(&self) -> &str {
        &self.serial
    }

    /// Makes the phone report another serial number from now on.
    pub(crate) fn report_serial(&self, serial: &str) {
        self.properties().set_serial(serial);
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        self.now().timestamp()
    }

    pub(crate) fn uptime(&self) -> Duration {
        (self.now() - *self.started.lock()).to_std().unwrap_or_default()
    }

    pub(crate) fn files(&self) -> MutexGuard<'_, FileSystem> {
        self.files.lock()
    }

    pub(crate) fn properties(&self) -> MutexGuard<'_, Properties> {
        self.properties.lock()
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock()
    }

    /// Locked before `windows` where both are needed.
    pub(crate) fn media(&self) -> MutexGuard<'_, MediaStore> {
        self.media.lock()
    }

    /// The screen, as it is now.
    pub(crate) fn windows(&self) -> MutexGuard<'_, WindowSystem> {
        let mut windows = self.windows.lock();
        windows.advance(self.now());
        windows
    }

    pub(crate) fn packages(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.packages.lock()
    }

    pub(crate) fn running_apps(&self) -> Vec<String> {
        let windows = self.windows();
        let installed = windows.tasks().apps.identities();
        let running = installed.iter().filter(|app| windows.tasks().is_running(app.package));
        running.map(|app| app.package.to_owned()).collect()
    }

    /// Ends everything that runs, as a reboot does; files and accounts stay.
    pub(crate) fn reboot(&self) {
        *self.started.lock() = self.now();
        self.files().system().set_boot_id(&new_boot_id(), self.seconds());
        self.processes.kill_all();
        self.sockets.close_all();
        let mut windows = self.windows();
        for app in windows.tasks().apps.identities() {
            windows.force_stop(app.package);
        }
    }

    /// Makes commands take as long as on a real phone from now on.
    pub(crate) fn be_realistic(&self) {
        self.realistic.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_realistic(&self) -> bool {
        self.realistic.load(Ordering::Relaxed)
    }
}

/// A UUID as the kernel draws one at each boot.
fn new_boot_id() -> String {
    let drawn = hex::encode(rand::random::<[u8; 16]>());
    format!("{}-{}-{}-{}-{}", &drawn[..8], &drawn[8..12], &drawn[12..16], &drawn[16..20], &drawn[20..])
}

/// The id that Android draws when a phone is set up, the same for the same phone of a farm.
fn android_id(serial: &str, seed: u64) -> String {
    hex::encode(&Sha256::digest(format!("android_id {serial} {seed}"))[..8])
}
