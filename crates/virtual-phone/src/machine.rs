//! Everything inside one phone, shared by its connections: files, properties, the clock, the log of commands. Each
//! part is behind its own lock, held only for short steps. Sockets are left to `daemon`.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, Utc};
use thiserror::Error;
use tikmatrix_domain::Clock;

use crate::access::Gatekeeper;
use crate::commands::FIRST_SHELL;
use crate::filesystem::FileSystem;
use crate::shell::lock;
use crate::system::command_log::CommandLog;
use crate::system::media_store::{Entry, MediaStore};
use crate::system::processes::Processes;
use crate::system::properties::Properties;
use crate::system::settings::Settings;
use crate::system::sockets::Sockets;
use crate::ui::{WindowOptions, WindowSystem};

/// Bytes that the files of one phone may take.
const CAPACITY: u64 = 512 << 20;

/// The inside of one phone.
pub(crate) struct Machine {
    serial: String,
    clock: Arc<dyn Clock>,
    started: Mutex<DateTime<Utc>>,
    files: Mutex<FileSystem>,
    properties: Mutex<Properties>,
    settings: Mutex<Settings>,
    media: Mutex<MediaStore>,
    windows: Mutex<WindowSystem>,
    command_log: CommandLog,
    realistic: AtomicBool,
    next_process: AtomicU32,
    processes: Processes,
    gatekeeper: Gatekeeper,
    sockets: Sockets,
    packages: Mutex<BTreeSet<String>>,
    automated: AtomicBool,
}

impl Machine {
    pub(crate) fn new(serial: &str, seed: u64, clock: Arc<dyn Clock>) -> Self {
        let started = clock.now();
        let username = serial.replace('-', "_");
        let windows = WindowSystem::new(&WindowOptions { username, seed, now: started });
        Self {
            serial: serial.to_owned(),
            started: Mutex::new(started),
            files: Mutex::new(FileSystem::new(CAPACITY, started.timestamp())),
            properties: Mutex::new(Properties::new(serial)),
            settings: Mutex::new(Settings::new(serial)),
            media: Mutex::new(MediaStore::new(seed)),
            windows: Mutex::new(windows),
            command_log: CommandLog::default(),
            realistic: AtomicBool::new(false),
            next_process: AtomicU32::new(FIRST_SHELL),
            processes: Processes::default(),
            gatekeeper: Gatekeeper::default(),
            sockets: Sockets::default(),
            packages: Mutex::default(),
            automated: AtomicBool::new(false),
            clock,
        }
    }

    pub(crate) fn serial(&self) -> &str {
        &self.serial
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        self.now().timestamp()
    }

    pub(crate) fn uptime(&self) -> Duration {
        (self.now() - *lock(&self.started)).to_std().unwrap_or_default()
    }

    pub(crate) fn files(&self) -> MutexGuard<'_, FileSystem> {
        lock(&self.files)
    }

    pub(crate) fn properties(&self) -> MutexGuard<'_, Properties> {
        lock(&self.properties)
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, Settings> {
        lock(&self.settings)
    }

    /// Taken before `windows` where both are needed.
    pub(crate) fn media(&self) -> MutexGuard<'_, MediaStore> {
        lock(&self.media)
    }

    /// The screen, as it is now.
    pub(crate) fn windows(&self) -> MutexGuard<'_, WindowSystem> {
        let mut windows = lock(&self.windows);
        windows.advance(self.now());
        windows
    }

    /// Makes a file known to MediaStore, or forgets one that is gone; its URI if it is a medium.
    pub(crate) fn scan(&self, path: &str) -> Option<String> {
        let found = {
            let files = self.files();
            let real = files.real_path(path);
            real.and_then(|real| Ok((files.read(&real)?.to_vec(), files.metadata(&real, true)?, real)))
        };
        // Hashed without the files' lock: a large file takes a while.
        match found {
            Ok((bytes, metadata, real)) => {
                let now = self.seconds();
                self.media().scan(&real, &bytes, metadata.modified, now).map(Entry::uri)
            }
            Err(_) => {
                self.media().forget_path(path);
                None
            }
        }
    }

    /// A process id that no other shell has.
    pub(crate) fn next_process(&self) -> u32 {
        // Two apart: the command that a shell runs has the number after it.
        self.next_process.fetch_add(2, Ordering::Relaxed)
    }

    pub(crate) fn processes(&self) -> &Processes {
        &self.processes
    }

    /// Who decides which computers are let in.
    pub(crate) fn gatekeeper(&self) -> &Gatekeeper {
        &self.gatekeeper
    }

    /// Where programs on the phone listen.
    pub(crate) fn sockets(&self) -> &Sockets {
        &self.sockets
    }

    /// Packages that were installed by hosts. They show nothing on the screen.
    pub(crate) fn packages(&self) -> MutexGuard<'_, BTreeSet<String>> {
        lock(&self.packages)
    }

    /// Registers with the accessibility service, which has room for one.
    pub(crate) fn take_automation(self: &Arc<Self>) -> Result<Automation, AlreadyRegistered> {
        if self.automated.swap(true, Ordering::AcqRel) {
            return Err(AlreadyRegistered);
        }
        Ok(Automation(Arc::clone(self)))
    }

    pub(crate) fn running_apps(&self) -> Vec<String> {
        let windows = self.windows();
        let installed = windows.installed();
        let running = installed.iter().filter(|app| windows.is_running(app.package));
        running.map(|app| app.package.to_owned()).collect()
    }

    /// The commands that its shells ran.
    pub(crate) fn command_log(&self) -> &CommandLog {
        &self.command_log
    }

    /// Ends everything that runs, as a reboot does; files and accounts stay.
    pub(crate) fn reboot(&self) {
        *lock(&self.started) = self.now();
        self.processes.kill_all();
        self.sockets.close_all();
        let mut windows = self.windows();
        for app in windows.installed() {
            windows.force_stop(app.package);
        }
    }

    /// Commands take their time from now on.
    pub(crate) fn be_realistic(&self) {
        self.realistic.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_realistic(&self) -> bool {
        self.realistic.load(Ordering::Relaxed)
    }
}

/// The hold of one program on the accessibility service (`UiAutomation`), for as long as this is kept.
pub(crate) struct Automation(Arc<Machine>);

impl Drop for Automation {
    fn drop(&mut self) {
        self.0.automated.store(false, Ordering::Release);
    }
}

/// Another program holds the accessibility service. The missing space is Android's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "UiAutomationService android.accessibilityservice.IAccessibilityServiceClient$Stub$Proxy@5deffd5already registered!"
)]
pub(crate) struct AlreadyRegistered;
