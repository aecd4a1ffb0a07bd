//! Repeats database operations that a task depends on while the database is busy, full or out of reach.

use std::time::Duration;

use tikmatrix_domain::Backoff;
use tikmatrix_storage::StorageError;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

const BACKOFF: Backoff = Backoff { initial: Duration::from_millis(100), max: Duration::from_secs(10) };
/// How long a shutdown waits for the database to come back.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(4);

/// Repeats `operation` until it succeeds or its error is final.
///
/// # Errors
/// The operation's own, when the error is final or `stop` was cancelled and [`SHUTDOWN_GRACE`] has passed.
pub(crate) async fn retry_until_done<T, F: Future<Output = Result<T, StorageError>>>(
    stop: &CancellationToken,
    mut operation: impl FnMut() -> F,
) -> Result<T, StorageError> {
    let too_late = async {
        stop.cancelled().await;
        sleep(SHUTDOWN_GRACE).await;
    };
    tokio::pin!(too_late);
    let mut failures = 0;
    loop {
        let error = match operation().await {
            Ok(done) => return Ok(done),
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => error,
        };
        failures += 1;
        let delay = BACKOFF.delay(failures, rand::random());
        log::warn!("{error}; retrying in {delay:?}");
        tokio::select! {
            () = &mut too_late => return Err(error),
            () = sleep(delay) => {}
        }
    }
}

/// Whether the task itself is the reason. Even database errors that look permanent are retried: an administrator may free
/// the disk or restore the access rights, and a result is worth the wait.
fn is_final(error: &StorageError) -> bool {
    matches!(
        error,
        StorageError::NoSuchTask(_) | StorageError::Illegal { .. } | StorageError::Unreadable { .. }
    )
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tikmatrix_domain::TaskId;
    use tokio::time::Instant;

    use super::*;

    fn full_disk() -> StorageError {
        StorageError::Database { operation: "test", reason: "disk is full".to_owned(), transient: true }
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_is_repeated_until_the_database_takes_it() {
        let attempts = Cell::new(0);
        let stop = CancellationToken::new();
        let done = retry_until_done(&stop, async || {
            attempts.set(attempts.get() + 1);
            if attempts.get() < 500 { Err(full_disk()) } else { Ok(attempts.get()) }
        });
        assert_eq!(done.await.unwrap(), 500);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_never_can_succeed_is_not_repeated() {
        let attempts = Cell::new(0);
        let stop = CancellationToken::new();
        let refused = retry_until_done(&stop, async || {
            attempts.set(attempts.get() + 1);
            Err::<(), _>(StorageError::NoSuchTask(TaskId(1)))
        });
        assert!(matches!(refused.await, Err(StorageError::NoSuchTask(_))));
        assert_eq!(attempts.get(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_the_server_waits_for_the_database_only_so_long() {
        let stop = CancellationToken::new();
        stop.cancel();
        let start = Instant::now();
        let refused = retry_until_done(&stop, async || Err::<(), _>(full_disk())).await;
        assert!(matches!(refused, Err(StorageError::Database { .. })));
        assert_eq!(start.elapsed(), SHUTDOWN_GRACE);
    }
}
