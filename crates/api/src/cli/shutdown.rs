//! The end of the program: the signals that stop a command, and the bounded shutdown of what it started. Together the bounds
//! are 30 s.

use std::io;
use std::time::Duration;

use anyhow::Context;
use tikmatrix_api::Server;
use tikmatrix_virtual_phone::Farm;
use tokio::runtime::Runtime;

/// The time after which a server that does not shut down is left as it is; more than the runner needs at worst.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(25);
/// The time after which calls of the file system that have no answer are left as they are.
const LEFT_CALLS_TIMEOUT: Duration = Duration::from_secs(5);

/// Runs the program's work on a runtime, and ends the runtime: in time, even if a thread never returns because it reads from
/// a network mount whose server is gone.
///
/// # Errors
/// Those of `work`, and that of a system that has no threads left for a runtime.
pub(crate) fn run_to_end<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = Runtime::new().context("cannot start the program's threads")?;
    let result = runtime.block_on(work);
    runtime.shutdown_timeout(LEFT_CALLS_TIMEOUT);
    result
}

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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn the_program_ends_although_a_call_of_the_file_system_does_not() {
        let (answer, wait) = mpsc::channel();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let result = run_to_end(async {
            tokio::task::spawn_blocking(move || {
                begun.send(()).unwrap();
                // Until the test has ended.
                wait.recv()
            });
            Ok(has_begun.await?)
        });
        result.unwrap();
        answer.send(()).expect("the call still waits");
    }
}
