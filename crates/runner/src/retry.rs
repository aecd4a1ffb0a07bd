//! Writing what must not be lost, through a database that is busy, full or out of reach for a while.

use std::time::Duration;

use tikmatrix_storage::StorageError;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How long an end of the server waits for the database to come back.
const LAST_CHANCE: Duration = Duration::from_secs(4);

/// Repeats `operation` until it is done, or until the answer is that it never will be.
///
/// # Errors
/// The operation's own, when repeating it is pointless or `stop` was cancelled and the last chance is past.
pub(crate) async fn insist<T, F: Future<Output = Result<T, StorageError>>>(
    stop: &CancellationToken,
    mut operation: impl FnMut() -> F,
) -> Result<T, StorageError> {
    let too_late = async {
        stop.cancelled().await;
        sleep(LAST_CHANCE).await;
    };
    tokio::pin!(too_late);
    let mut wait = FIRST_WAIT;
    loop {
        let error = match operation().await {
            Ok(done) => return Ok(done),
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => error,
        };
        log::warn!("{error}; trying again in {wait:?}");
        tokio::select! {
            () = &mut too_late => return Err(error),
            () = sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
        }
    }
}

/// Whether the task itself is the reason. Of the database even what looks permanent is tried again: someone may free
/// the disk or give back the rights, and a result is worth the wait.
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
        let tries = Cell::new(0);
        let stop = CancellationToken::new();
        let done = insist(&stop, async || {
            tries.set(tries.get() + 1);
            if tries.get() < 500 { Err(full_disk()) } else { Ok(tries.get()) }
        });
        assert_eq!(done.await.unwrap(), 500);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_never_can_succeed_is_not_repeated() {
        let tries = Cell::new(0);
        let stop = CancellationToken::new();
        let refused = insist(&stop, async || {
            tries.set(tries.get() + 1);
            Err::<(), _>(StorageError::NoSuchTask(TaskId(1)))
        });
        assert!(matches!(refused.await, Err(StorageError::NoSuchTask(_))));
        assert_eq!(tries.get(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_the_server_waits_for_the_database_only_so_long() {
        let stop = CancellationToken::new();
        stop.cancel();
        let begun = Instant::now();
        let refused = insist(&stop, async || Err::<(), _>(full_disk())).await;
        assert!(matches!(refused, Err(StorageError::Database { .. })));
        assert_eq!(begun.elapsed(), LAST_CHANCE);
    }
}
