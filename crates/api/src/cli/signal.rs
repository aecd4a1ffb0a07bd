//! Being told to end: Ctrl-C, and SIGTERM where there is such a thing.

use std::io;

/// Waits for the next Ctrl-C or SIGTERM. From the moment of this call on, neither ends the program by itself.
///
/// # Errors
/// When the system does not let the program listen for them.
pub(super) fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            // An error means that no Ctrl-C will ever come.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
