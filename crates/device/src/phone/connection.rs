//! The connection of a phone: its route, and whether it is alive.

use std::time::Duration;

use super::files::Files;
use super::link::Link;
use super::route::Route;
use crate::adb::error::{AdbCause, AdbError};
use crate::adb::handshake::Banner;
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;

/// The connection of a phone.
#[derive(Debug, Clone, Copy)]
pub struct PhoneConnection<'a> {
    pub(super) route: &'a Route,
    pub(super) link: &'a Link,
}

impl<'a> PhoneConnection<'a> {
    /// Returns the route by which the phone is reached.
    #[must_use]
    pub fn route(self) -> &'a Route {
        self.route
    }

    /// Returns what the phone reports of itself, with the features in force; `None` when a tape is replayed.
    #[must_use]
    pub fn banner(self) -> Option<&'a Banner> {
        self.link.adb().ok().map(|connection| &connection.agreement().banner)
    }

    /// Ends it for every user of the phone; their operations fail with `reason`.
    pub fn disconnect(self, reason: &str) {
        if let Ok(connection) = self.link.adb() {
            connection.close(reason);
        }
    }

    /// Probes the phone every `interval` until it is gone, and returns the reason. A probe fails after `timeout`: an open socket
    /// alone does not mean that the phone is alive. A phone that is late with its answer, but reads or sends meanwhile, is
    /// alive: the probe waits behind the data of a push. `alive` is called after each probe that succeeds. The connection stays
    /// as it is, also when a probe fails, and dropping the future ends only the probes.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use tikmatrix_virtual_phone::{Farm, FarmOptions};
    /// # let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
    /// # let address = farm.phones()[0].address().to_string();
    /// use std::time::Duration;
    /// use tikmatrix_device::phone::{Deadline, Phone};
    ///
    /// let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(5))).await?;
    /// let (interval, timeout) = (Duration::from_millis(50), Duration::from_secs(5));
    /// let gone = phone.connection().watch(interval, timeout, || phone.connection().disconnect("one answer is enough")).await;
    /// assert!(gone.to_string().contains("one answer is enough"));
    /// # Ok(()) }
    /// ```
    pub async fn watch(self, interval: Duration, timeout: Duration, mut alive: impl FnMut()) -> AdbError {
        let files = Files { link: self.link };
        let probing = async {
            loop {
                tokio::time::sleep(interval).await;
                let before = self.signs_of_life();
                match files.stat("/", Deadline::after(timeout)).await {
                    Ok(_) => alive(),
                    Err(error) if is_late(&error) && self.signs_of_life() != before => {
                        alive();
                    }
                    Err(error) => return error,
                }
            }
        };
        tokio::select! {
            error = self.closed() => error,
            error = probing => error,
        }
    }

    /// Waits until the connection is lost and returns the reason. [`PhoneConnection::watch`] notices a phone that only falls silent.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use tikmatrix_virtual_phone::{Farm, FarmOptions};
    /// # let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
    /// # let address = farm.phones()[0].address().to_string();
    /// use std::time::Duration;
    /// use tikmatrix_device::phone::{Deadline, Phone};
    ///
    /// let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(5))).await?;
    /// let watched = phone.clone();
    /// let watching = tokio::spawn(async move { watched.connection().closed().await });
    /// phone.connection().disconnect("it is no longer needed");
    /// assert!(watching.await?.to_string().contains("no longer needed"));
    /// # Ok(()) }
    /// ```
    pub async fn closed(self) -> AdbError {
        let cause = match self.link.adb() {
            Ok(connection) => connection.lost().await,
            Err(_) => std::future::pending().await,
        };
        self.link.error("stay connected", cause)
    }

    fn signs_of_life(self) -> u64 {
        self.link.adb().map_or(0, AdbTransport::signs_of_life)
    }
}

fn is_late(error: &AdbError) -> bool {
    matches!(error.cause(), AdbCause::DeadlinePassed(_))
}
