//! One host's connection: reads packets, opens streams, and passes data and acknowledgements to them.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tikmatrix_device::adb::handshake::{
    Banner, DELAYED_ACK, LS_V2, SENDRECV_V2, SENDRECV_V2_DRY_RUN, SHELL_V2, STAT_V2,
};
use tikmatrix_device::adb::packet::{Command, MAX_PAYLOAD, Packet, VERSION_WITHOUT_CHECKSUMS};
use tikmatrix_device::adb::sync::Packing;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::stream::{Closing, Incoming, Terms, WINDOW, open_stream};
use super::transmit::write_packets;
use super::wire::Wire;
use crate::daemon::access::admission::Hello;
use crate::daemon::service::open::Service;
use crate::daemon::service::reverse::{Call, Calls};
use crate::machine::Machine;

/// The features of this phone.
const FEATURES: [&str; 10] = [
    SHELL_V2,
    DELAYED_ACK,
    "cmd",
    STAT_V2,
    LS_V2,
    SENDRECV_V2,
    SENDRECV_V2_DRY_RUN,
    Packing::Brotli.feature(),
    Packing::Lz4.feature(),
    Packing::Zstd.feature(),
];
const MAX_STREAMS: usize = 256;
/// Packets that wait for the socket before their senders wait.
const OUTGOING: usize = 64;
/// The least space for bytes of one read.
const READ_BYTES: usize = 64 * 1024;

/// Serves a host that was let in until it goes away.
pub(super) async fn serve<R, W>(
    mut reader: R,
    writer: W,
    hello: Hello,
    machine: Arc<Machine>,
    wire: Wire,
) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let Hello { version, limit, delayed_ack, mut decoder } = hello;
    let checksums = version < VERSION_WITHOUT_CHECKSUMS;
    let mut connection = Connection::new(writer, checksums, limit, machine, wire.clone());
    connection.delayed_ack = delayed_ack;
    connection.greet(version).await?;
    loop {
        while let Some(packet) = decoder.next().map_err(broken)? {
            connection.handle(packet).await?;
        }
        tokio::select! {
            read = reader.read_buf(decoder.space(READ_BYTES)) => match read? {
                0 => return Ok(()),
                length => arrive(&wire, length).await,
            },
            Some(call) = connection.calls.next() => connection.call(call).await?,
        }
    }
}

/// Waits as long as the cable takes for what was read.
async fn arrive(wire: &Wire, mut length: usize) {
    while length > 0 {
        length -= wire.pass(length).await;
    }
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

struct Connection {
    outgoing: mpsc::Sender<Packet>,
    machine: Arc<Machine>,
    wire: Wire,
    limit: usize,
    delayed_ack: bool,
    streams: HashMap<u32, Open>,
    next_id: u32,
    closed: mpsc::UnboundedReceiver<u32>,
    closing: mpsc::UnboundedSender<u32>,
    calls: Calls,
    tasks: JoinSet<()>,
}

/// The connection's side of a stream.
struct Open {
    remote: u32,
    incoming: Incoming,
}

/// Packets from the host.
impl Connection {
    async fn handle(&mut self, packet: Packet) -> io::Result<()> {
        while let Ok(local) = self.closed.try_recv() {
            self.streams.remove(&local);
        }
        while self.tasks.try_join_next().is_some() {}
        let (remote, local) = (packet.arg0, packet.arg1);
        match packet.command {
            Command::Open => self.open(remote, local, &packet.payload).await,
            Command::Okay => self.take_okay(remote, local, &packet.payload),
            Command::Wrte => match self.streams.get(&local).filter(|stream| stream.remote == remote) {
                Some(stream) if stream.incoming.deliver(packet.payload) => Ok(()),
                Some(_) => Err(broken(WindowExceeded)),
                None => self.send(Packet::bare(Command::Clse, 0, remote)).await,
            },
            Command::Clse => {
                // A host that refuses an OPEN closes a stream that was never open.
                self.calls.answered(local);
                // The service ends later: the data before the end has to reach it first.
                if self.streams.remove(&local).is_some() {
                    self.send(Packet::bare(Command::Clse, local, remote)).await?;
                }
                Ok(())
            }
            Command::Cnxn | Command::Auth | Command::Stls => Ok(()),
        }
    }

    fn take_okay(&mut self, remote: u32, local: u32, payload: &[u8]) -> io::Result<()> {
        if let Some(socket) = self.calls.answered(local) {
            let credit = <[u8; 4]>::try_from(payload).map(u32::from_le_bytes).unwrap_or_default();
            let window = self.delayed_ack.then_some(credit);
            self.serve(Terms { local, remote, limit: self.limit, window }, Service::Socket(socket));
        } else if let Some(stream) = self.streams.get(&local).filter(|stream| stream.remote == remote)
            && !stream.incoming.acknowledge(payload)
        {
            return Err(broken(MissingCredit));
        }
        Ok(())
    }

    async fn open(&mut self, remote: u32, window: u32, payload: &Bytes) -> io::Result<()> {
        let service = String::from_utf8_lossy(payload);
        let service = service.trim_end_matches('\0');
        // A window is given exactly with `delayed_ack` (AOSP's `handle_packet` refuses it else).
        let allowed = remote != 0 && self.delayed_ack == (window != 0) && self.streams.len() < MAX_STREAMS;
        let service = if !allowed {
            None
        } else if let Some(request) = service.strip_prefix("reverse:") {
            Some(Service::Answer(self.calls.answer(request, &self.machine.sockets, &mut self.tasks)))
        } else {
            Service::find(service, &self.machine.sockets)
        };
        let Some(service) = service else {
            return self.send(Packet::bare(Command::Clse, 0, remote)).await;
        };
        let window = self.delayed_ack.then_some(window);
        let terms = Terms { local: self.new_id(), remote, limit: self.limit, window };
        self.send(terms.acceptance()).await?;
        self.serve(terms, service);
        Ok(())
    }
}

/// Packets from the phone.
impl Connection {
    fn new<W>(writer: W, checksums: bool, limit: usize, machine: Arc<Machine>, wire: Wire) -> Self
    where
        W: AsyncWrite + Unpin + Send + 'static,
    {
        let (outgoing, packets) = mpsc::channel(OUTGOING);
        let (closing, closed) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(write_packets(writer, packets, checksums, wire.clone()));
        Self {
            outgoing,
            machine,
            wire,
            limit,
            delayed_ack: false,
            streams: HashMap::new(),
            next_id: 1,
            closed,
            closing,
            calls: Calls::new(),
            tasks,
        }
    }

    async fn greet(&self, version: u32) -> io::Result<()> {
        let mut banner = Banner::new("device", &FEATURES);
        for name in ["ro.product.name", "ro.product.model", "ro.product.device"] {
            banner.properties.insert(name.to_owned(), self.machine.properties().get(name).to_owned());
        }
        let limit = u32::try_from(MAX_PAYLOAD).unwrap_or(u32::MAX);
        self.send(Packet::new(Command::Cnxn, version, limit, banner.format().into_bytes())).await
    }

    /// Runs the service of an open stream.
    fn serve(&mut self, terms: Terms, service: Service) {
        let Terms { local, remote, .. } = terms;
        let (incoming, reader, mut writer) = open_stream(terms, &self.outgoing);
        let (machine, wire) = (Arc::clone(&self.machine), self.wire.clone());
        let closing = Closing::new(local, self.closing.clone());
        self.tasks.spawn(async move {
            service.serve(machine, wire, reader, &mut writer).await;
            writer.close().await;
            drop(closing);
        });
        self.streams.insert(local, Open { remote, incoming });
    }

    /// Offers a connection to the host. One too many is dropped, which its program sees as the end of the stream.
    async fn call(&mut self, call: Call) -> io::Result<()> {
        if self.streams.len() + self.calls.unanswered() >= MAX_STREAMS {
            return Ok(());
        }
        let local = self.new_id();
        self.calls.offered(local, call.socket);
        let destination = [call.destination.as_bytes(), b"\0"].concat();
        let window = if self.delayed_ack { WINDOW } else { 0 };
        self.send(Packet::new(Command::Open, local, window, destination)).await
    }

    fn new_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = id.checked_add(1).unwrap_or(1);
        id
    }

    async fn send(&self, packet: Packet) -> io::Result<()> {
        self.outgoing.send(packet).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("more data was sent than was allowed")]
struct WindowExceeded;

#[derive(Debug, thiserror::Error)]
#[error("an acknowledgement does not contain the number of bytes")]
struct MissingCredit;
