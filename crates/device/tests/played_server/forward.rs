//! A way to a TCP address that can be cut, as a cable can.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// A way to a TCP address that can be cut.
pub(crate) struct Forward {
    pub(crate) address: String,
    stop: CancellationToken,
}

impl Forward {
    pub(crate) async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, target) = (CancellationToken::new(), Arc::new(target));
        let token = stop.clone();
        tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let target = Arc::clone(&target);
                tokio::spawn(token.clone().run_until_cancelled_owned(async move {
                    let mut there = TcpStream::connect(target.as_str()).await.unwrap();
                    let _ended = tokio::io::copy_bidirectional(&mut here, &mut there).await;
                }));
            }
        }));
        Self { address, stop }
    }

    pub(crate) fn cut(&self) {
        self.stop.cancel();
    }
}
