//! The servers that work on one database, and how one of them finds that another is gone. It compares counts with its own
//! elapsed time, and never one machine's clock with another's. Where the counts are kept is for others.

use std::collections::HashMap;
use std::time::Duration;

use crate::task::task::LeaseId;

/// How often a server says that it lives.
pub const BEAT_EVERY: Duration = Duration::from_secs(5);
/// How long a server may be silent before the others take it for dead.
pub const LONGEST_SILENCE: Duration = Duration::from_secs(30);
/// Whoever looked away for longer than this cannot tell silence from not having listened.
const LONGEST_LOOK_AWAY: Duration = Duration::from_secs(12);

/// What stands between a lease's server and its number.
const SEPARATOR: char = '-';

/// One run of a server, from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(String);

/// How often a server has said that it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// The server.
    pub server: ServerId,
    /// A number that grows for as long as it lives; 0 for one of which nothing is known but its leases.
    pub beats: i64,
}

/// What one server has heard of the others.
#[derive(Debug)]
pub struct Roll {
    patience: Duration,
    last_call: Option<Duration>,
    heard: HashMap<ServerId, (i64, Duration)>,
}

impl ServerId {
    /// The server that drew `number` when it started.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(format!("{number:016x}"))
    }

    /// The server that [`ServerId::as_str`] gave this text for.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As text, without a `-`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lease that this server drew `number` for.
    #[must_use]
    pub fn lease(&self, number: u128) -> LeaseId {
        LeaseId(format!("{}{SEPARATOR}{number:032x}", self.0))
    }

    /// Whose lease it is. A lease that names no server is taken for that of a server of its own.
    #[must_use]
    pub fn of(lease: &LeaseId) -> Self {
        let server = lease.0.split(SEPARATOR).next();
        Self(server.unwrap_or_default().to_owned())
    }
}

impl Roll {
    /// Takes those for dead that were silent for `patience`.
    #[must_use]
    pub fn new(patience: Duration) -> Self {
        Self { patience, last_call: None, heard: HashMap::new() }
    }

    /// Takes note of how often all other servers have said by `now` that they live, and gives those that are dead.
    /// `now` counts from any moment, the same for all calls.
    ///
    /// Silence counts only while it was listened to: while the database is out of reach nobody can be heard, and nobody
    /// may be taken for dead for that.
    pub fn call(&mut self, heartbeats: Vec<Heartbeat>, now: Duration) -> Vec<Heartbeat> {
        let looked_away = self.last_call.is_some_and(|last| now.saturating_sub(last) > LONGEST_LOOK_AWAY);
        self.last_call = Some(now);
        let before = std::mem::take(&mut self.heard);
        let since = |heartbeat: &Heartbeat| match before.get(&heartbeat.server) {
            Some((beats, since)) if *beats == heartbeat.beats && !looked_away => *since,
            _ => now,
        };
        self.heard = heartbeats
            .iter()
            .map(|heartbeat| (heartbeat.server.clone(), (heartbeat.beats, since(heartbeat))))
            .collect();
        let is_silent = |heartbeat: &Heartbeat| now.saturating_sub(since(heartbeat)) >= self.patience;
        heartbeats.into_iter().filter(is_silent).collect()
    }
}
