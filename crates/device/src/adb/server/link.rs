//! One phone of an adb server: which of the server's phones it is, and what both can do. Every stream to it is a socket
//! of its own, so that this costs nothing while nothing is asked.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::adb_server::AdbServer;
use super::conversation::Conversation;
use super::stream::ServerStream;
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
    /// The request that leads a socket to this phone.
    select: String,
    agreement: Agreement,
    lost: watch::Sender<Option<AdbCause>>,
    gone: CancellationToken,
}

impl ServerLink {
    /// Asks the server for the phone that it calls `serial`, or for the one that it gave `transport_id`.
    pub(crate) async fn open(
        server: &AdbServer,
        serial: &str,
        transport_id: Option<u64>,
    ) -> Result<Self, AdbCause> {
        let transport_id = match transport_id {
            Some(id) => Some(id),
            None => transport_id_of(server, serial).await?,
        };
        // The number stands for one connection of the phone and is never given again: whoever has it cannot end up with
        // another phone of the same serial, nor with this one after it was plugged in anew.
        let (select, features) = match transport_id {
            Some(id) => (format!("host:transport-id:{id}"), format!("host-transport-id:{id}:features")),
            None => (format!("host:transport:{serial}"), format!("host-serial:{serial}:features")),
        };
        let features = server.ask(&features).await?.text().await?;
        let features: Vec<&str> = features.trim().split(',').filter(|feature| !feature.is_empty()).collect();
        let mut banner = Banner::new("device", &features);
        keep_ours(&mut banner);
        let agreement = Agreement { banner, checksums: false, max_payload: MAX_PAYLOAD };
        let (lost, gone) = (watch::Sender::new(None), CancellationToken::new());
        Ok(Self { inner: Arc::new(Inner { server: server.clone(), select, agreement, lost, gone }) })
    }

    /// Opens a service of the phone.
    pub(crate) async fn stream(&self, service: &str) -> Result<ServerStream, AdbCause> {
        let opening = async {
            let mut conversation = Conversation::open(self.inner.server.address()).await?;
            conversation.ask(&self.inner.select).await?;
            conversation.ask(service).await?;
            let (socket, arrived) = conversation.into_service();
            Ok(ServerStream::new(self.clone(), socket, arrived))
        };
        match self.inner.gone.run_until_cancelled(opening).await {
            Some(opened) => opened,
            None => Err(self.cause()),
        }
    }

    pub(crate) fn agreement(&self) -> &Agreement {
        &self.inner.agreement
    }

    /// Whether what the server connects to on its own machine is on this one.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        let address = self.inner.server.address();
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
    }

    /// Waits until the phone was given up and says why. By itself it notices nothing: whoever follows the server's
    /// list does.
    pub(crate) async fn lost(&self) -> AdbCause {
        self.inner.gone.cancelled().await;
        self.cause()
    }

    /// Gives the phone up for every user of it, with `reason`.
    pub(crate) fn close(&self, reason: &str) {
        self.inner.lost.send_if_modified(|lost| {
            let first = lost.is_none();
            lost.get_or_insert_with(|| AdbCause::ConnectionLost(reason.to_owned()));
            first
        });
        self.inner.gone.cancel();
    }

    /// Cancelled once the phone was given up.
    pub(super) fn gone(&self) -> &CancellationToken {
        &self.inner.gone
    }

    /// Why the phone was given up.
    pub(super) fn cause(&self) -> AdbCause {
        let lost = self.inner.lost.borrow().clone();
        lost.unwrap_or_else(|| AdbCause::ConnectionLost("it was closed on this side".to_owned()))
    }
}

/// The server's number for a phone; none from a server that gives no numbers (before version 41).
async fn transport_id_of(server: &AdbServer, serial: &str) -> Result<Option<u64>, AdbCause> {
    match server.ask(&format!("host:tport:serial:{serial}")).await {
        Ok(mut conversation) => conversation.number().await.map(Some),
        Err(AdbCause::Rejected(reason)) if reason.contains("unknown host service") => Ok(None),
        Err(cause) => Err(cause),
    }
}
