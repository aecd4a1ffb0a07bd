//! One phone of an adb server: which of the server's phones it is, and the features of both sides. Every stream to it is
//! a socket of its own, so that an idle phone costs nothing.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use tokio::net::TcpStream;

use super::adb_server::AdbServer;
use super::conversation::Conversation;
use super::stream::{Closing, ServerStream};
use crate::adb::error::AdbCause;
use crate::adb::handshake::Banner;
use crate::adb::handshake::greeting::{Agreement, keep_ours};
use crate::adb::packet::MAX_PAYLOAD;

/// A phone behind an adb server; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct ServerLink {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    server: AdbServer,
    /// The request that connects a socket to this phone.
    select: String,
    agreement: Agreement,
    closing: Arc<Closing>,
}

impl ServerLink {
    /// Opens the phone that the server lists as `serial`, or the one with `transport_id`.
    pub(crate) async fn open(
        server: &AdbServer,
        serial: &str,
        transport_id: Option<u64>,
    ) -> Result<Self, AdbCause> {
        let transport_id = match transport_id {
            Some(id) => Some(id),
            None => transport_id_of(server, serial).await?,
        };
        // The number stands for one connection of the phone and is never given again: it never leads to another phone of
        // the same serial, nor to this one after it was plugged in again.
        let (select, features) = match transport_id {
            Some(id) => (format!("host:transport-id:{id}"), format!("host-transport-id:{id}:features")),
            None => (format!("host:transport:{serial}"), format!("host-serial:{serial}:features")),
        };
        let features = server.ask(&features).await?.text().await?;
        let features: Vec<&str> = features.trim().split(',').filter(|feature| !feature.is_empty()).collect();
        let mut banner = Banner::new("device", &features);
        keep_ours(&mut banner);
        let agreement = Agreement { banner, checksums: false, max_payload: MAX_PAYLOAD };
        let (server, closing) = (server.clone(), Arc::default());
        Ok(Self { inner: Arc::new(Inner { server, select, agreement, closing }) })
    }

    /// Opens a service of the phone.
    pub(crate) async fn stream(&self, service: &str) -> Result<ServerStream, AdbCause> {
        let opening = async {
            let mut conversation = Conversation::open(self.inner.server.address()).await?;
            conversation.ask(&self.inner.select).await?;
            conversation.ask(service).await?;
            let (socket, arrived) = conversation.into_service();
            Ok(ServerStream::new(Arc::clone(&self.inner.closing), socket, arrived))
        };
        self.inner.closing.interrupt(opening).await
    }

    /// Wraps `socket`, by which the server connected to this machine for the phone.
    pub(crate) fn incoming(&self, socket: TcpStream) -> ServerStream {
        ServerStream::new(Arc::clone(&self.inner.closing), socket, Bytes::new())
    }

    pub(crate) fn agreement(&self) -> &Agreement {
        &self.inner.agreement
    }

    /// Returns whether the server runs on this machine.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        let address = self.inner.server.address();
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
    }

    /// Waits until the phone is closed and returns the reason. The link notices no loss: the watcher of the server's list
    /// closes it then.
    pub(crate) async fn lost(&self) -> AdbCause {
        self.inner.closing.closed().await
    }

    /// Closes the phone for every user of it, with `reason`.
    pub(crate) fn close(&self, reason: &str) {
        self.inner.closing.close(reason);
    }
}

/// Returns the server's number for a phone; `None` from a server that gives no numbers (before version 41).
async fn transport_id_of(server: &AdbServer, serial: &str) -> Result<Option<u64>, AdbCause> {
    match server.ask(&format!("host:tport:serial:{serial}")).await {
        Ok(mut conversation) => conversation.number().await.map(Some),
        Err(AdbCause::Rejected(reason)) if reason.contains("unknown host service") => Ok(None),
        Err(cause) => Err(cause),
    }
}
