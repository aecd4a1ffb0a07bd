//! Exponential backoff: the delays between repeated attempts at something that failed.

use std::time::Duration;

/// Delays that double from `initial` up to `max`. Half of each is fixed and half is random, so that what failed together
/// does not return together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The delay after the first failure.
    pub initial: Duration,
    /// The maximum delay.
    pub max: Duration,
}

impl Backoff {
    /// Returns the delay after `failures` failures in a row. The random half of it is given by `jitter`, 0 to 1.
    #[must_use]
    pub fn delay(&self, failures: u32, jitter: f64) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let full = self.initial.saturating_mul(doubled).min(self.max);
        full.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_maximum_and_half_of_each_is_random() {
        let backoff = Backoff { initial: Duration::from_secs(1), max: Duration::from_secs(10) };
        let at = |failures, jitter| backoff.delay(failures, jitter).as_secs_f64();
        assert_eq!([at(1, 1.0), at(2, 1.0), at(4, 1.0), at(5, 1.0)], [1.0, 2.0, 8.0, 10.0]);
        assert_eq!([at(1, 0.0), at(2, 0.5), at(u32::MAX, 0.0)], [0.5, 1.5, 5.0]);
        assert_eq!([at(0, 1.0), at(1, 7.0)], [1.0, 1.0]);
    }
}
