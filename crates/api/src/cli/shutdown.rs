//! The end of a command that runs until it is stopped: the signals that stop it, and the bounded shutdown of what it
//! started.

use std::io;
use std::time::Duration;

use anyhow::Context;
use tikmatrix_api::Server;
use tikmatrix_virtual_phone::Farm;

/// The time after which a server that does not shut down is left as it is; more than the runner needs at worst.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// Shuts down the server, then the virtual phones that it worked on.
///
/// # Errors
/// When they have not shut down in time.
pub(super) async fn shut_down(server: Server, farm: Option<Farm>) -> anyhow::Result<()> {
    let shutdown = async {
        server.shutdown().await;
        if let Some(farm) = farm {
            farm.shutdown().await;
        }
    };
    tokio::time::timeout(SHUTDOWN_TIMEOUT, shutdown)
        .await
        .with_context(|| format!("the server did not shut down within {} s", SHUTDOWN_TIMEOUT.as_secs()))
}

/// Waits for Ctrl-C or, on Unix, SIGTERM. From this call on, neither ends the process automatically.
///
/// # Errors
/// When the system does not let the program listen for them.
pub(super) fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
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
