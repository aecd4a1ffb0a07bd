//! Calls of the file system about users' files. Each has an end: a network mount whose server is gone never answers.

use std::io;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::Semaphore;

/// For one call; a mount that answers at all is faster.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// How many calls there may be at once: one without an answer holds one of the runtime's 512 threads for blocking work.
const MAX_CALLS: usize = 64;

/// Runs `call`, which blocks, on another thread, and waits for it for 60 s. A call that has no answer by then goes on
/// without anyone who waits for it.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`] when there is no answer in time.
pub(crate) async fn in_time<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    static CALLS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(MAX_CALLS)));
    in_time_of(&CALLS, call).await
}

async fn in_time_of<T: Send + 'static>(
    calls: &Arc<Semaphore>,
    call: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let answer = async {
        let permit = Arc::clone(calls).acquire_owned().await.map_err(io::Error::other)?;
        let answer = tokio::task::spawn_blocking(move || {
            let _held_until_it_returns = permit;
            call()
        });
        answer.await.map_err(io::Error::other)
    };
    tokio::time::timeout(CALL_TIMEOUT, answer).await.unwrap_or_else(|_| {
        let reason = format!("the file system did not answer within {} s", CALL_TIMEOUT.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, reason))
    })
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::mpsc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_without_an_answer_ends_and_one_beyond_the_limit_too() {
        let calls = Arc::new(Semaphore::new(1));
        let (answer, wait) = mpsc::channel::<()>();
        let mut hung = pin!(in_time_of(&calls, move || wait.recv().is_ok()));
        let mut beyond = pin!(in_time_of(&calls, || true));
        tokio::select! {
            biased;
            answer = &mut hung => panic!("{answer:?}"),
            answer = &mut beyond => panic!("{answer:?}"),
            () = tokio::task::yield_now() => {}
        }
        tokio::time::advance(CALL_TIMEOUT).await;
        for result in [hung.await, beyond.await] {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert_eq!(error.to_string(), "the file system did not answer within 60 s");
        }
        answer.send(()).unwrap();
        assert!(in_time_of(&calls, || true).await.unwrap(), "the mount is back");
    }
}
