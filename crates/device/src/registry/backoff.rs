//! How long to wait before a phone is tried again: longer each time, and never in step with the others.

use std::time::Duration;

/// Waits that double from `first` to `most`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
}

impl Default for Backoff {
    /// From half a second to half a minute.
    fn default() -> Self {
        Self { first: Duration::from_millis(500), most: Duration::from_secs(30) }
    }
}

impl Backoff {
    /// Returns the wait after `failures` failures in a row: between half and all of the doubled one, as `jitter` (0 to 1)
    /// says.
    #[must_use]
    pub fn wait(&self, failures: u32, jitter: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(30);
        let full = self.first.saturating_mul(1 << doublings).min(self.most);
        full.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_most_and_are_spread_over_their_upper_half() {
        let backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(10) };
        let at = |failures, jitter| backoff.wait(failures, jitter).as_secs_f64();
        assert_eq!([at(1, 1.0), at(2, 1.0), at(4, 1.0), at(5, 1.0)], [1.0, 2.0, 8.0, 10.0]);
        assert_eq!([at(1, 0.0), at(u32::MAX, 0.0)], [0.5, 5.0]);
        assert_eq!(at(0, 7.0), 1.0);
    }
}
