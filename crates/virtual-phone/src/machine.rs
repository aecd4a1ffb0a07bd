//! Everything inside one phone, shared by its connections: files, properties, the clock, the log of commands. Each
//! part is behind its own lock, held only for short steps. Sockets are left to `daemon`.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tikmatrix_domain::Clock;

use crate::filesystem::FileSystem;
use crate::properties::Properties;
use crate::shell::lock;

/// Bytes that the files of one phone may take.
const CAPACITY: u64 = 1 << 30;
/// Commands kept in the log, and bytes kept of one argument.
const MOST_LOGGED: usize = 10_000;
const LONGEST_LOGGED: usize = 4096;

/// The inside of one phone.
pub(crate) struct Machine {
    serial: String,
    clock: Arc<dyn Clock>,
    started: DateTime<Utc>,
    files: Mutex<FileSystem>,
    properties: Mutex<Properties>,
    commands: Mutex<VecDeque<Vec<String>>>,
    processes: AtomicU32,
}

impl Machine {
    pub(crate) fn new(serial: &str, _seed: u64, clock: Arc<dyn Clock>) -> Self {
        let started = clock.now();
        Self {
            serial: serial.to_owned(),
            started,
            files: Mutex::new(FileSystem::new(CAPACITY, started.timestamp())),
            properties: Mutex::new(Properties::new(serial)),
            commands: Mutex::new(VecDeque::new()),
            processes: AtomicU32::new(4000),
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
        (self.now() - self.started).to_std().unwrap_or_default()
    }

    pub(crate) fn files(&self) -> MutexGuard<'_, FileSystem> {
        lock(&self.files)
    }

    pub(crate) fn properties(&self) -> MutexGuard<'_, Properties> {
        lock(&self.properties)
    }

    /// A process id that no other shell has.
    pub(crate) fn next_process(&self) -> u32 {
        // Two apart: the command that a shell runs has the number after it.
        self.processes.fetch_add(2, Ordering::Relaxed)
    }

    pub(crate) fn running_apps(&self) -> Vec<String> {
        Vec::new()
    }

    /// Writes down a command that is about to run, its name first.
    pub(crate) fn log_command(&self, words: &[String]) {
        let mut commands = lock(&self.commands);
        if commands.len() >= MOST_LOGGED {
            commands.pop_front();
        }
        commands.push_back(words.iter().map(|word| shorten(word)).collect());
    }

    /// The commands that ran, oldest first.
    pub(crate) fn commands(&self) -> Vec<Vec<String>> {
        lock(&self.commands).iter().cloned().collect()
    }
}

fn shorten(word: &str) -> String {
    word[..word.floor_char_boundary(LONGEST_LOGGED)].to_owned()
}
