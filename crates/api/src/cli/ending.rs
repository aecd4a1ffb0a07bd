//! Taking apart what a command put together, in bounded time.

use std::time::Duration;

use anyhow::Context;
use tikmatrix_api::Server;
use tikmatrix_virtual_phone::Farm;

/// How long the server may take to end before it is left as it is: more than the runner needs at worst.
const TIME_TO_END: Duration = Duration::from_secs(30);

/// Ends the server, then the virtual phones that it worked on.
///
/// # Errors
/// When they do not come to an end in time.
pub(super) async fn end(server: Server, farm: Option<Farm>) -> anyhow::Result<()> {
    let end = async {
        server.shutdown().await;
        if let Some(farm) = farm {
            farm.shutdown().await;
        }
    };
    tokio::time::timeout(TIME_TO_END, end)
        .await
        .with_context(|| format!("did not come to an end within {} s", TIME_TO_END.as_secs()))
}
