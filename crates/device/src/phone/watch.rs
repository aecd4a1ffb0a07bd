//! Watching whether a phone lives. What follows from it that one does not is for whoever watches.

use std::time::Duration;

use super::phone::Phone;
use crate::adb::error::{AdbCause, AdbError};
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;

impl Phone {
    /// Watches the phone until it is gone, and says why. It is asked every `interval`, and has `patience` to answer: an open
    /// socket alone does not mean that somebody is there. A phone that is late with its answer, but reads or says other things
    /// meanwhile, lives: the question waits its turn behind what is pushed. `alive` is called whenever it lives. The connection stays as it
    /// is, also when the phone did not answer, and dropping this ends nothing but the watching.
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
    /// let (interval, patience) = (Duration::from_millis(50), Duration::from_secs(5));
    /// let gone = phone.watch(interval, patience, || phone.disconnect("one answer is enough")).await;
    /// assert!(gone.to_string().contains("one answer is enough"));
    /// # Ok(()) }
    /// ```
    pub async fn watch(&self, interval: Duration, patience: Duration, mut alive: impl FnMut()) -> AdbError {
        let asking = async {
            loop {
                tokio::time::sleep(interval).await;
                let before = self.signs_of_life();
                match self.stat("/", Deadline::after(patience)).await {
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
            error = asking => error,
        }
    }

    /// Waits until the connection is lost and says why. A phone that only falls silent is noticed by [`Phone::watch`].
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
    /// let watching = tokio::spawn(async move { watched.closed().await });
    /// phone.disconnect("it is no longer needed");
    /// assert!(watching.await?.to_string().contains("no longer needed"));
    /// # Ok(()) }
    /// ```
    pub async fn closed(&self) -> AdbError {
        let cause = match self.connection() {
            Ok(connection) => connection.lost().await,
            Err(_) => std::future::pending().await,
        };
        self.error("stay connected", cause)
    }

    fn signs_of_life(&self) -> u64 {
        self.connection().map_or(0, AdbTransport::signs_of_life)
    }
}

fn is_late(error: &AdbError) -> bool {
    matches!(error.cause(), AdbCause::DeadlinePassed(_))
}
