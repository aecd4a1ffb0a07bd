//! The task that keeps a phone connected at one endpoint, and reports its state there in the registry's table.

use std::time::Duration;

use tikmatrix_domain::{Backoff, Serial};
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

use super::devices::device_table::{Claim, Registration};
use super::devices::identity::PhoneIdentity;
use super::endpoint::PhoneState;
use super::source::Source;
use crate::phone::{AdbCause, AdbError, Deadline, Phone, Route};

/// The timeouts and intervals of a registry.
#[derive(Debug, Clone, Copy)]
pub struct RegistryOptions {
    /// The timeout of a connection attempt.
    pub connect_time: Duration,
    /// The timeout of a phone that waits for a person to accept this machine, after which it is asked again.
    pub approval_time: Duration,
    /// The interval between probes of a connected phone.
    pub probe_interval: Duration,
    /// The timeout of a probe.
    pub probe_time: Duration,
    /// The delays between connection attempts.
    pub backoff: Backoff,
    /// The jitter of those delays: a number from 0 to 1, another one at each call.
    pub jitter: fn() -> f64,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        Self {
            connect_time: Duration::from_secs(5),
            approval_time: Duration::from_secs(300),
            probe_interval: Duration::from_secs(10),
            probe_time: Duration::from_secs(5),
            backoff: Backoff { initial: Duration::from_millis(500), max: Duration::from_secs(30) },
            jitter: rand::random,
        }
    }
}

/// The supervisor of one endpoint.
pub(super) struct ConnectionSupervisor {
    registration: Registration,
    source: Source,
    options: RegistryOptions,
    /// Consecutive connections that failed, or were lost before the first probe.
    failures: u32,
}

impl ConnectionSupervisor {
    pub(super) fn new(registration: Registration, source: Source, options: RegistryOptions) -> Self {
        Self { registration, source, options, failures: 0 }
    }

    /// Keeps the phone connected until `stop`.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        // Every wait below may be dropped: what is open then is closed by its drop.
        stop.run_until_cancelled(self.supervise()).await;
    }

    async fn supervise(&mut self) {
        loop {
            let next = match self.source.route() {
                Ok(route) => self.connect(&route).await,
                Err(state) => {
                    self.registration.set(state);
                    self.source.changed().await;
                    Next::Now
                }
            };
            if let Next::AfterDelay = next {
                let wait = self.options.backoff.delay(self.failures, (self.options.jitter)());
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = self.source.changed() => {}
                }
            }
        }
    }

    /// Connects and stays connected; returns when the next attempt is due.
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
            Ok(phone) => {
                let held = Held::new(phone);
                // A person may have taken minutes to accept the key; the phone gets no longer than any other.
                let deadline = Deadline::after(self.options.connect_time);
                match PhoneIdentity::read(&held.phone, deadline).await {
                    Ok(identity) => self.keep_connected(held, identity).await,
                    Err(error) => self.failed(&error),
                }
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&mut self, error: &AdbError) -> Next {
        self.failures = self.failures.saturating_add(1);
        if self.failures == 1 {
            log::warn!("{error}");
        }
        self.registration.set(self.source.unreached(error.cause()));
        self.source.verify();
        Next::AfterDelay
    }

    /// Leaves alone a phone that is not the one that this endpoint led to first.
    fn taken_by_another(&mut self, phone: &Phone, known: Option<&Serial>) -> Next {
        let known = known.map_or_else(|| "another one".to_owned(), ToString::to_string);
        let reason = format!(
            "the phone there is not the one that was there first ({known}): remove the address and add it again to use \
             the new phone"
        );
        self.failures = self.failures.saturating_add(1);
        if self.failures == 1 {
            log::warn!("phone {} at {}: {reason}", phone.serial(), self.registration.endpoint());
        }
        self.registration.set(PhoneState::Offline { reason });
        Next::AfterDelay
    }

    async fn keep_connected(&mut self, held: Held, identity: PhoneIdentity) -> Next {
        let (phone, endpoint) = (&held.phone, self.registration.endpoint());
        match self.registration.claim(phone, identity) {
            Claim::InUse => log::info!("phone {}: ready at {endpoint}", phone.serial()),
            Claim::Standby { used_by } => {
                log::info!("phone {}: also at {endpoint}, in use at {used_by}", phone.serial());
                return self.stand_by(held).await;
            }
            Claim::Conflict { with } => log::warn!(
                "phone {}: two phones report this serial, at {endpoint} and at {with}; neither is used",
                phone.serial()
            ),
            Claim::OtherPhone { known } => return self.taken_by_another(phone, known.as_ref()),
        }
        self.failures = self.failures.saturating_add(1);
        let state = tokio::select! {
            error = phone.connection().watch(self.options.probe_interval, self.options.probe_time, || self.failures = 0) => {
                after(error.cause())
            }
            state = self.source.barred() => state,
            () = self.registration.preempted() => {
                log::info!("phone {}: no longer in use at {}", phone.serial(), self.registration.endpoint());
                return self.stand_by(held).await;
            }
        };
        let reason = state.reason().unwrap_or("the adb server cannot use it now");
        log::warn!("phone {}: disconnected at {}: {reason}", phone.serial(), self.registration.endpoint());
        // Operations that still run on this phone must not wait for ever.
        phone.connection().disconnect(reason);
        self.registration.set(state);
        Next::AfterDelay
    }

    /// Leaves the phone to another endpoint while that one uses it. Operations over this connection go on to their end.
    async fn stand_by(&mut self, held: Held) -> Next {
        held.leave();
        tokio::select! {
            () = self.registration.released() => self.failures = 0,
            state = self.source.barred() => self.registration.set(state),
        }
        Next::Now
    }
}

/// When the next attempt is due.
enum Next {
    Now,
    AfterDelay,
}

/// Returns the state of a phone that is no longer connected, or does not answer.
fn after(cause: &AdbCause) -> PhoneState {
    match PhoneState::after(cause) {
        PhoneState::Stalled { reason } => {
            PhoneState::Stalled { reason: format!("it does not answer: {reason}") }
        }
        other => other,
    }
}

/// A phone that is disconnected for all of its users when the supervisor ends.
struct Held {
    phone: Phone,
    owned: bool,
}

impl Held {
    fn new(phone: Phone) -> Self {
        Self { phone, owned: true }
    }

    /// Keeps it connected for its other users.
    fn leave(mut self) {
        self.owned = false;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.owned {
            self.phone.connection().disconnect("it was released");
        }
    }
}

/// Logs that a supervisor ended otherwise than by its stop.
pub(super) fn log_end(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        log::error!("the supervisor of a phone ended early: {error}");
    }
}
