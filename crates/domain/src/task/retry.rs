//! Whether and when a failed task is retried automatically. Only transient failures are: the script reports a failure as
//! transient only if nothing can have been done already.

use std::time::Duration;

use crate::backoff::Backoff;

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

impl FailedAttempt {
    /// Returns the delay before the retry, with `jitter` as in [`Backoff::delay`]; `None` if the task stays failed.
    #[must_use]
    pub fn retry_delay(self, backoff: Backoff, jitter: f64) -> Option<Duration> {
        let is_retried = self.is_transient && self.retry_count < self.max_retries;
        is_retried.then(|| backoff.delay(self.retry_count.saturating_add(1), jitter))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BACKOFF: Backoff = Backoff { initial: Duration::from_secs(30), max: Duration::from_secs(900) };

    proptest! {
        #[test]
        fn a_permanent_failure_is_final(retry_count in 0..200_u32, jitter in 0.0..1.0) {
            let failed = FailedAttempt { is_transient: false, retry_count, max_retries: 200 };
            prop_assert_eq!(failed.retry_delay(BACKOFF, jitter), None);
        }

        #[test]
        fn a_task_is_retried_as_often_as_it_may_be_and_no_more(
            retry_count in 0..200_u32,
            max_retries in 0..200_u32,
            jitter in 0.0..1.0,
        ) {
            let failed = FailedAttempt { is_transient: true, retry_count, max_retries };
            prop_assert_eq!(failed.retry_delay(BACKOFF, jitter).is_some(), retry_count < max_retries);
        }

        #[test]
        fn delays_double_from_the_first_retry_on(retry_count in 0..100_u32, jitter in 0.0..1.0) {
            let failed = FailedAttempt { is_transient: true, retry_count, max_retries: 100 };
            let whole = if retry_count < 5 { 30 * 2_u64.pow(retry_count) } else { 900 };
            let whole = Duration::from_secs(whole.min(900));
            let delay = failed.retry_delay(BACKOFF, jitter).unwrap();
            prop_assert!(delay >= whole / 2 && delay <= whole, "{delay:?} of {whole:?}");
        }
    }
}
