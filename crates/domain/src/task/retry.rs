//! Whether and when a failed task is retried automatically. Only transient failures are: the script reports a failure as
//! transient only if nothing can have been done already.

use std::time::Duration;

use rand::Rng;

/// The delays before automatic retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Before the first retry; each further delay is twice as long.
    pub first_wait: Duration,
    /// The maximum delay.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    /// Half a minute at first, which is long enough for a phone to restart its connection; at most a quarter of an hour.
    fn default() -> Self {
        Self { first_wait: Duration::from_secs(30), longest_wait: Duration::from_secs(15 * 60) }
    }
}

/// A failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedAttempt {
    /// Whether a retry may succeed, and this attempt cannot have done the task already.
    pub is_transient: bool,
    /// The number of retries of its task so far.
    pub retry_count: u32,
    /// The maximum number of retries.
    pub max_retries: u32,
}

impl RetryPolicy {
    /// Returns the delay before the retry; `None` if the task stays failed.
    ///
    /// Half of the delay is fixed and half is random, so that phones that failed together do not come back together.
    pub fn wait(&self, failed: FailedAttempt, rng: &mut impl Rng) -> Option<Duration> {
        if !failed.is_transient || failed.retry_count >= failed.max_retries {
            return None;
        }
        let doubled = 2_u32.saturating_pow(failed.retry_count);
        let longest = self.first_wait.saturating_mul(doubled).min(self.longest_wait);
        Some(longest.mul_f64(rng.random_range(0.5..=1.0)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn wait(failed: FailedAttempt, seed: u64) -> Option<Duration> {
        RetryPolicy::default().wait(failed, &mut StdRng::seed_from_u64(seed))
    }

    proptest! {
        #[test]
        fn a_permanent_failure_is_final(retry_count in 0..200_u32, seed: u64) {
            prop_assert_eq!(wait(FailedAttempt { is_transient: false, retry_count, max_retries: 200 }, seed), None);
        }

        #[test]
        fn a_task_is_retried_as_often_as_it_may_be_and_no_more(
            retry_count in 0..200_u32,
            max_retries in 0..200_u32,
            seed: u64,
        ) {
            let is_retried = wait(FailedAttempt { is_transient: true, retry_count, max_retries }, seed).is_some();
            prop_assert_eq!(is_retried, retry_count < max_retries);
        }

        #[test]
        fn delays_double_up_to_the_maximum_and_half_of_each_is_random(retry_count in 0..100_u32, seed: u64) {
            let failed = FailedAttempt { is_transient: true, retry_count, max_retries: 100 };
            let whole = if retry_count < 5 { 30 * 2_u64.pow(retry_count) } else { 900 };
            let whole = Duration::from_secs(whole.min(900));
            let waited = wait(failed, seed).unwrap();
            prop_assert!(waited >= whole / 2 && waited <= whole, "{waited:?} of {whole:?}");
        }
    }
}
