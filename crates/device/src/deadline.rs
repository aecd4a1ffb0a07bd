//! A total deadline for work on a phone: one instant for all steps of the work.

use std::future::Future;
use std::time::Duration;

use thiserror::Error;
use tokio::time::Instant;

/// The deadline passed, and the work was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not done within {0:.1?}")]
pub struct DeadlinePassed(pub Duration);

/// The instant by which work has to be finished.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    at: Instant,
    allowed: Duration,
}

impl Deadline {
    /// Creates a deadline after `allowed`.
    #[must_use]
    pub fn after(allowed: Duration) -> Self {
        // The clock cannot represent every time: a century stands for a deadline that never passes.
        const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        Self { at: Instant::now() + allowed.min(CENTURY), allowed }
    }

    /// Returns the earlier of this deadline and `allowed` from now.
    #[must_use]
    pub fn at_most(self, allowed: Duration) -> Self {
        let other = Self::after(allowed);
        if other.at < self.at { other } else { self }
    }

    /// Returns the remaining time; zero when it has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Awaits `work`, and drops it at the deadline.
    ///
    /// # Errors
    /// [`DeadlinePassed`] when the work was dropped.
    pub async fn run<F: Future>(self, work: F) -> Result<F::Output, DeadlinePassed> {
        tokio::time::timeout_at(self.at, work).await.map_err(|_| DeadlinePassed(self.allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_deadline_is_one_total_for_many_waits() {
        let deadline = Deadline::after(Duration::from_secs(3));
        for _ in 0..2 {
            deadline.run(tokio::time::sleep(Duration::from_secs(1))).await.unwrap();
        }
        assert_eq!(deadline.remaining(), Duration::from_secs(1));
        let late = deadline.run(tokio::time::sleep(Duration::from_secs(2))).await;
        assert_eq!(late, Err(DeadlinePassed(Duration::from_secs(3))));
    }

    #[tokio::test(start_paused = true)]
    async fn no_allowance_is_too_long() {
        assert!(Deadline::after(Duration::MAX).run(async { 7 }).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn the_sooner_of_two_deadlines_holds() {
        let deadline = Deadline::after(Duration::from_secs(3));
        assert_eq!(deadline.at_most(Duration::from_secs(9)).remaining(), Duration::from_secs(3));
        assert_eq!(deadline.at_most(Duration::from_secs(1)).remaining(), Duration::from_secs(1));
    }
}
