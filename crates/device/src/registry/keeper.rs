//! The task that keeps one phone connected and says in the registry's list how it is doing.

use tikmatrix_domain::Serial;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{PhoneEntry, PhoneState, RegistryOptions};
use crate::phone::{Deadline, Phone};

/// Keeps one phone.
pub(super) struct Keeper {
    address: String,
    options: RegistryOptions,
    entries: watch::Sender<Vec<PhoneEntry>>,
    stop: CancellationToken,
    /// Connections in a row that could not be made, or were lost before the first probe.
    failures: u32,
}

impl Keeper {
    pub(super) fn new(
        address: &str,
        options: RegistryOptions,
        entries: watch::Sender<Vec<PhoneEntry>>,
        stop: CancellationToken,
    ) -> Self {
        Self { address: address.to_owned(), options, entries, stop, failures: 0 }
    }

    /// Keeps the phone until it is told to stop.
    pub(super) async fn run(mut self) {
        let stop = self.stop.clone();
        // Every wait below may be dropped: whatever is open then is closed by its drop.
        stop.run_until_cancelled(self.keep()).await;
        let held = self.update(|entry| {
            entry.state = PhoneState::Offline { reason: "it was let go".to_owned() };
            entry.phone.take()
        });
        if let Some(phone) = held {
            phone.disconnect("it was let go");
        }
    }

    async fn keep(&mut self) {
        loop {
            let deadline = Deadline::after(self.options.connect_time);
            match Phone::connect(&self.address, deadline).await {
                Ok(phone) => self.keep_connected(phone).await,
                Err(error) => {
                    self.failures = self.failures.saturating_add(1);
                    if self.failures == 1 {
                        log::warn!("{error}");
                    }
                    self.update(|entry| entry.state = PhoneState::after(error.cause()));
                }
            }
            let wait = self.options.backoff.wait(self.failures, (self.options.jitter)());
            tokio::time::sleep(wait).await;
        }
    }

    /// Returns when the phone is worth another attempt to connect.
    async fn keep_connected(&mut self, phone: Phone) {
        if let Err(holder) = self.claim(&phone) {
            log::warn!("phone {}: {} is the same phone as {holder}", phone.serial(), self.address);
            let serial = phone.serial().clone();
            drop(phone);
            self.wait_until_free(&serial).await;
            return;
        }
        log::info!("phone {}: ready at {}", phone.serial(), self.address);
        self.failures = self.failures.saturating_add(1);
        let (state, reason) = tokio::select! {
            error = phone.closed() => (PhoneState::after(error.cause()), error.cause().to_string()),
            state = self.probe(&phone) => state,
        };
        log::warn!("phone {}: let go: {reason}", phone.serial());
        // Whoever still holds this phone must not wait on it for ever.
        phone.disconnect(&reason);
        self.update(|entry| {
            entry.phone = None;
            entry.state = state;
        });
    }

    /// Asks the phone every now and then, and returns with its state and why when it does not answer.
    async fn probe(&mut self, phone: &Phone) -> (PhoneState, String) {
        loop {
            tokio::time::sleep(self.options.probe_interval).await;
            if let Err(error) = phone.stat("/", Deadline::after(self.options.probe_time)).await {
                let reason = format!("it does not answer: {}", error.cause());
                let state = match PhoneState::after(error.cause()) {
                    PhoneState::Stalled { .. } => PhoneState::Stalled { reason: reason.clone() },
                    other => other,
                };
                return (state, reason);
            }
            self.failures = 0;
        }
    }

    /// Takes the phone for this address in one step, or gives the address that has it.
    fn claim(&self, phone: &Phone) -> Result<(), String> {
        let mut claimed = Ok(());
        self.entries.send_modify(|entries| {
            let holder = holder(entries, phone.serial()).map(str::to_owned);
            let Some(own) = entries.iter_mut().find(|entry| entry.address == self.address) else { return };
            own.serial = Some(phone.serial().clone());
            if let Some(holder) = holder {
                own.state = PhoneState::Duplicate { of: holder.clone() };
                claimed = Err(holder);
            } else {
                own.state = PhoneState::Ready;
                own.phone = Some(phone.clone());
            }
        });
        claimed
    }

    async fn wait_until_free(&self, serial: &Serial) {
        let mut entries = self.entries.subscribe();
        // The sender lives in this very keeper, so the wait ends only when the phone is free.
        let _ = entries.wait_for(|entries| holder(entries, serial).is_none()).await;
    }

    fn update<T: Default>(&self, change: impl FnOnce(&mut PhoneEntry) -> T) -> T {
        let mut result = T::default();
        self.entries.send_modify(|entries| {
            if let Some(own) = entries.iter_mut().find(|entry| entry.address == self.address) {
                result = change(own);
            }
        });
        result
    }
}

fn holder<'a>(entries: &'a [PhoneEntry], serial: &Serial) -> Option<&'a str> {
    let entry =
        entries.iter().find(|entry| entry.phone.is_some() && entry.serial.as_ref() == Some(serial))?;
    Some(&entry.address)
}
