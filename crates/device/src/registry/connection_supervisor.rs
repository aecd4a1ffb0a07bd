//! The task that keeps one way to a phone open and says in the registry's table how the phone is seen there.

use std::time::Duration;

use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::device_table::{Claim, Registration};
use super::source::Source;
use super::state::PhoneState;
use crate::phone::{AdbCause, Deadline, Phone, Route};

/// How patient a registry is.
#[derive(Debug, Clone, Copy)]
pub struct RegistryOptions {
    /// The longest that making a connection may take.
    pub connect_time: Duration,
    /// The longest that a phone may wait for its person to let this machine in, before it is asked anew.
    pub approval_time: Duration,
    /// How often a connected phone is asked whether it lives.
    pub probe_interval: Duration,
    /// The longest that its answer may take.
    pub probe_time: Duration,
    /// The waits between attempts to connect.
    pub backoff: Backoff,
    /// Where the spread of those waits comes from: a number from 0 to 1, a new one at each call.
    pub jitter: fn() -> f64,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        Self {
            connect_time: Duration::from_secs(5),
            approval_time: Duration::from_secs(300),
            probe_interval: Duration::from_secs(10),
            probe_time: Duration::from_secs(5),
            backoff: Backoff::default(),
            jitter: rand::random,
        }
    }
}

/// Keeps one way.
pub(super) struct ConnectionSupervisor {
    registration: Registration,
    source: Source,
    options: RegistryOptions,
    /// Connections in a row that could not be made, or were lost before the first probe.
    failures: u32,
}

impl ConnectionSupervisor {
    pub(super) fn new(registration: Registration, source: Source, options: RegistryOptions) -> Self {
        Self { registration, source, options, failures: 0 }
    }

    /// Keeps the way until it is told to stop.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        // Every wait below may be dropped: whatever is open then is closed by its drop.
        stop.run_until_cancelled(self.keep()).await;
    }

    async fn keep(&mut self) {
        loop {
            let next = match self.source.route() {
                Ok(route) => self.connect(&route).await,
                Err(state) => {
                    self.registration.set(state);
                    self.source.changed().await;
                    Next::AtOnce
                }
            };
            if let Next::AfterAWait = next {
                let wait = self.options.backoff.wait(self.failures, (self.options.jitter)());
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = self.source.changed() => {}
                }
            }
        }
    }

    /// Connects and stays connected; returns when the way is worth another attempt.
    async fn connect(&mut self, route: &Route) -> Next {
        let ask = |fingerprint: &str| {
            let cause = AdbCause::Authorizing { fingerprint: fingerprint.to_owned() };
            if self.failures == 0 {
                log::warn!("phone at {}: {cause}", self.registration.endpoint());
            }
            self.registration.set(PhoneState::after(&cause));
            Deadline::after(self.options.approval_time)
        };
        let deadline = Deadline::after(self.options.connect_time);
        let connected = Phone::connect_asking(route, deadline, ask).await;
        match connected {
            Ok(phone) => self.keep_connected(Held::new(phone)).await,
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                if self.failures == 1 {
                    log::warn!("{error}");
                }
                self.registration.set(self.source.unreached(error.cause()));
                self.source.look_again();
                Next::AfterAWait
            }
        }
    }

    async fn keep_connected(&mut self, held: Held) -> Next {
        let phone = &held.phone;
        if let Claim::Standby { used_by } = self.registration.claim(phone) {
            log::info!(
                "phone {}: also at {}, in use at {used_by}",
                phone.serial(),
                self.registration.endpoint()
            );
            return self.stand_by(held).await;
        }
        log::info!("phone {}: ready at {}", phone.serial(), self.registration.endpoint());
        self.failures = self.failures.saturating_add(1);
        let state = tokio::select! {
            error = phone.watch(self.options.probe_interval, self.options.probe_time, || self.failures = 0) => {
                after(error.cause())
            }
            state = self.source.barred() => state,
            () = self.registration.preempted() => {
                log::info!("phone {}: no longer in use at {}", phone.serial(), self.registration.endpoint());
                return self.stand_by(held).await;
            }
        };
        let reason = state.reason().unwrap_or("the adb server cannot use it now");
        log::warn!("phone {}: let go at {}: {reason}", phone.serial(), self.registration.endpoint());
        // Whoever still has this phone must not wait on it for ever.
        phone.disconnect(reason);
        self.registration.set(state);
        Next::AfterAWait
    }

    /// Leaves the phone to another way for as long as that has it. What runs by this one runs on to its end.
    async fn stand_by(&mut self, held: Held) -> Next {
        held.leave();
        tokio::select! {
            () = self.registration.free() => self.failures = 0,
            state = self.source.barred() => self.registration.set(state),
        }
        Next::AtOnce
    }
}

/// When a way is tried again.
enum Next {
    AtOnce,
    AfterAWait,
}

/// How a phone is doing that is connected no longer, or does not answer.
fn after(cause: &AdbCause) -> PhoneState {
    match PhoneState::after(cause) {
        PhoneState::Stalled { reason } => {
            PhoneState::Stalled { reason: format!("it does not answer: {reason}") }
        }
        other => other,
    }
}

/// A phone that a keeper answers for: whoever else has it is told when the keeper ends.
struct Held {
    phone: Phone,
    answered_for: bool,
}

impl Held {
    fn new(phone: Phone) -> Self {
        Self { phone, answered_for: true }
    }

    /// Leaves it to whoever else has it.
    fn leave(mut self) {
        self.answered_for = false;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.answered_for {
            self.phone.disconnect("it was let go");
        }
    }
}

/// Logs that a supervisor ended otherwise than by its stop.
pub(super) fn log_end(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        log::error!("the keeper of a phone ended early: {error}");
    }
}
