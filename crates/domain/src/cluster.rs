//! The servers that work on one database, and the detection of dead ones by their heartbeats. A server compares counters
//! over its own elapsed time, and never compares the clocks of two machines.

use std::collections::HashMap;
use std::time::Duration;

use crate::task::task::LeaseId;

/// The interval between the heartbeats of a server.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(5);
/// The time without a heartbeat after which the other servers take a server for dead.
pub const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(30);
/// After a longer gap between two observations, missed heartbeats cannot be told from missed observations.
const MAX_OBSERVATION_GAP: Duration = Duration::from_secs(12);

/// Separates the server from the number in a lease.
const SEPARATOR: char = '-';

/// One run of a server, from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(String);

/// The heartbeat counter of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// The server.
    pub server: ServerId,
    /// Grows for as long as the server lives; 0 for a server that is known only from its leases.
    pub beats: i64,
}

/// Detects dead servers from the heartbeats that one server observes.
#[derive(Debug)]
pub struct FailureDetector {
    timeout: Duration,
    last_observation: Option<Duration>,
    heard: HashMap<ServerId, (i64, Duration)>,
}

impl ServerId {
    /// The server that drew the random `number` when it started.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(format!("{number:016x}"))
    }

    /// The server whose [`ServerId::as_str`] is `text`.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The server as text, without a `-`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lease of this server with the random `number`.
    #[must_use]
    pub fn lease(&self, number: u128) -> LeaseId {
        LeaseId(format!("{}{SEPARATOR}{number:032x}", self.0))
    }

    /// The server that holds the lease. A lease without a server belongs to an otherwise unknown one.
    #[must_use]
    pub fn of(lease: &LeaseId) -> Self {
        let server = lease.0.split(SEPARATOR).next();
        Self(server.unwrap_or_default().to_owned())
    }
}

impl FailureDetector {
    /// A detector that takes servers for dead after `timeout` without a heartbeat.
    #[must_use]
    pub fn new(timeout: Duration) -> Self {
        Self { timeout, last_observation: None, heard: HashMap::new() }
    }

    /// Observes the heartbeat counters of all other servers at `now`, and returns the dead servers. `now` counts from any
    /// moment, the same for all calls.
    ///
    /// Time without observations does not count: while the database is out of reach, no heartbeat can be seen.
    pub fn observe(&mut self, heartbeats: Vec<Heartbeat>, now: Duration) -> Vec<Heartbeat> {
        let missed_observations =
            self.last_observation.is_some_and(|last| now.saturating_sub(last) > MAX_OBSERVATION_GAP);
        self.last_observation = Some(now);
        let before = std::mem::take(&mut self.heard);
        let since = |heartbeat: &Heartbeat| match before.get(&heartbeat.server) {
            Some((beats, since)) if *beats == heartbeat.beats && !missed_observations => *since,
            _ => now,
        };
        self.heard = heartbeats
            .iter()
            .map(|heartbeat| (heartbeat.server.clone(), (heartbeat.beats, since(heartbeat))))
            .collect();
        let is_dead = |heartbeat: &Heartbeat| now.saturating_sub(since(heartbeat)) >= self.timeout;
        heartbeats.into_iter().filter(is_dead).collect()
    }
}
