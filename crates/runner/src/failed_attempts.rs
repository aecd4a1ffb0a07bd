//! The number of failed attempts by their code, since this server started.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use tikmatrix_domain::FailureCode;

/// Counts failed attempts.
#[derive(Default)]
pub(crate) struct FailedAttempts {
    counts: Mutex<BTreeMap<FailureCode, u64>>,
}

impl FailedAttempts {
    /// Counts so many attempts that failed with `code`; one without a code succeeded.
    pub(crate) fn count(&self, code: Option<FailureCode>, attempts: u64) {
        if let Some(code) = code {
            *self.counts.lock().entry(code).or_default() += attempts;
        }
    }

    /// The number of each code that occurred.
    pub(crate) fn by_code(&self) -> Vec<(FailureCode, u64)> {
        self.counts.lock().iter().map(|(code, count)| (*code, *count)).collect()
    }
}
