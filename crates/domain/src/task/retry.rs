//! Whether and when a task whose attempt failed is begun again by itself. What may have been done already is never
//! begun again: that is the script's to say, and the policy's to keep to.

use std::time::Duration;

use rand::Rng;

/// How long tasks wait before they are begun again by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Before the first time; each time after that it is twice as long.
    pub first_wait: Duration,
    /// Never longer than this.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    /// Half a minute at first: long enough for a phone to restart its connection. A quarter of an hour at most.
    fn default() -> Self {
        Self { first_wait: Duration::from_secs(30), longest_wait: Duration::from_secs(15 * 60) }
    }
}

/// An attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedAttempt {
    /// Whether the same may succeed later without anybody doing anything, and nothing may have been done already.
    pub is_transient: bool,
    /// How many times its task was sent to be begun again so far.
    pub retry_count: u32,
    /// How many times it may be.
    pub max_retries: u32,
}

impl RetryPolicy {
    /// How long the task waits until it is begun again; none if it stays failed.
    ///
    /// Half of the wait is certain and half is chance, so that phones that failed together do not come back together.
    pub fn wait(&self, failed: FailedAttempt, chance: &mut impl Rng) -> Option<Duration> {
        if !failed.is_transient || failed.retry_count >= failed.max_retries {
            return None;
        }
        let doubled = 2_u32.saturating_pow(failed.retry_count);
        let longest = self.first_wait.saturating_mul(doubled).min(self.longest_wait);
        Some(longest.mul_f64(chance.random_range(0.5..=1.0)))
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
        fn a_failure_that_does_not_pass_by_itself_is_final(retry_count in 0..200_u32, seed: u64) {
            prop_assert_eq!(wait(FailedAttempt { is_transient: false, retry_count, max_retries: 200 }, seed), None);
        }

        #[test]
        fn a_task_is_begun_again_as_often_as_it_may_be_and_no_more(
            retry_count in 0..200_u32,
            max_retries in 0..200_u32,
            seed: u64,
        ) {
            let begun_again = wait(FailedAttempt { is_transient: true, retry_count, max_retries }, seed).is_some();
            prop_assert_eq!(begun_again, retry_count < max_retries);
        }

        #[test]
        fn waits_double_up_to_the_longest_and_half_of_each_is_chance(retry_count in 0..100_u32, seed: u64) {
            let failed = FailedAttempt { is_transient: true, retry_count, max_retries: 100 };
            let whole = if retry_count < 5 { 30 * 2_u64.pow(retry_count) } else { 900 };
            let whole = Duration::from_secs(whole.min(900));
            let waited = wait(failed, seed).unwrap();
            prop_assert!(waited >= whole / 2 && waited <= whole, "{waited:?} of {whole:?}");
        }
    }
}
