//! One host's connection: reads packets, opens streams, hands data and acknowledgements to them. One task alone writes
//! to the socket, so that nobody cuts a packet in half. What services do is left to them.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tikmatrix_device::adb::banner::{Banner, SHELL_V2};
use tikmatrix_device::adb::packet::{Command, MAX_PAYLOAD, Packet, VERSION_WITHOUT_CHECKSUMS};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::admission::Hello;
use super::stream::{Closing, Incoming, StreamWriter, open_stream};
use super::wire::Wire;
use super::{shell_service, sync_service};
use crate::machine::Machine;

/// The most streams of one connection at a time.
const MOST_STREAMS: usize = 256;
/// Packets on their way to the socket before their senders have to wait.
const OUTGOING: usize = 64;
/// Bytes that are read, and written, at a time at least and at most.
const READ_BYTES: usize = 64 * 1024;
const WRITE_BYTES: usize = 256 * 1024;

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
    let Hello { version, limit, mut decoder } = hello;
    let checksums = version < VERSION_WITHOUT_CHECKSUMS;
    let mut connection = Connection::new(writer, checksums, limit, machine, wire);
    connection.greet(version).await?;
    loop {
        while let Some(packet) = decoder.next().map_err(broken)? {
            connection.handle(packet).await?;
        }
        if reader.read_buf(decoder.space(READ_BYTES)).await? == 0 {
            return Ok(());
        }
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
    streams: HashMap<u32, Open>,
    next_id: u32,
    closed: mpsc::UnboundedReceiver<u32>,
    closing: mpsc::UnboundedSender<u32>,
    tasks: JoinSet<()>,
}

/// A stream as the connection sees it.
struct Open {
    remote: u32,
    incoming: Incoming,
    task: AbortHandle,
}

impl Connection {
    fn new<W>(writer: W, checksums: bool, limit: usize, machine: Arc<Machine>, wire: Wire) -> Self
    where
        W: AsyncWrite + Unpin + Send + 'static,
    {
        let (outgoing, packets) = mpsc::channel(OUTGOING);
        let (closing, closed) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(write_packets(writer, packets, checksums));
        Self { outgoing, machine, wire, limit, streams: HashMap::new(), next_id: 1, closed, closing, tasks }
    }

    async fn greet(&self, version: u32) -> io::Result<()> {
        let mut banner = Banner::new("device", &[SHELL_V2, "cmd"]);
        for name in ["ro.product.name", "ro.product.model", "ro.product.device"] {
            banner.properties.insert(name.to_owned(), self.machine.properties().get(name).to_owned());
        }
        let limit = u32::try_from(MAX_PAYLOAD).unwrap_or(u32::MAX);
        self.send(Packet::new(Command::Cnxn, version, limit, banner.format().into_bytes())).await
    }

    async fn handle(&mut self, packet: Packet) -> io::Result<()> {
        while let Ok(local) = self.closed.try_recv() {
            self.streams.remove(&local);
        }
        while self.tasks.try_join_next().is_some() {}
        let (remote, local) = (packet.arg0, packet.arg1);
        match packet.command {
            Command::Open => self.open(remote, local, &packet.payload).await,
            Command::Okay => {
                if let Some(stream) = self.streams.get(&local).filter(|stream| stream.remote == remote) {
                    stream.incoming.acknowledge();
                }
                Ok(())
            }
            Command::Wrte => match self.streams.get(&local).filter(|stream| stream.remote == remote) {
                Some(stream) if stream.incoming.deliver(packet.payload) => Ok(()),
                Some(_) => Err(broken(Impatient)),
                None => self.send(Packet::bare(Command::Clse, 0, remote)).await,
            },
            Command::Clse => {
                if let Some(stream) = self.streams.remove(&local) {
                    stream.task.abort();
                    self.send(Packet::bare(Command::Clse, local, remote)).await?;
                }
                Ok(())
            }
            Command::Cnxn | Command::Auth | Command::Stls => Ok(()),
        }
    }

    async fn open(&mut self, remote: u32, window: u32, payload: &Bytes) -> io::Result<()> {
        let service = String::from_utf8_lossy(payload);
        let service = service.trim_end_matches('\0').to_owned();
        // Without `delayed_ack` a window must be zero (AOSP's `handle_packet` refuses it else).
        let service =
            if window == 0 && self.streams.len() < MOST_STREAMS { Service::parse(&service) } else { None };
        let Some(service) = service.filter(|_| remote != 0) else {
            return self.send(Packet::bare(Command::Clse, 0, remote)).await;
        };
        let local = self.next_id;
        self.next_id = self.next_id.checked_add(1).unwrap_or(1);
        let (incoming, reader, writer) = open_stream(local, remote, self.limit, &self.outgoing);
        self.send(Packet::bare(Command::Okay, local, remote)).await?;
        let (machine, wire) = (Arc::clone(&self.machine), self.wire.clone());
        let closing = Closing::new(local, self.closing.clone());
        let task = self.tasks.spawn(async move {
            let mut writer: StreamWriter = writer;
            match service {
                Service::Shell(request) => shell_service::serve(request, machine, reader, &mut writer).await,
                Service::Sync => sync_service::serve(&machine, &wire, reader, &mut writer).await,
            }
            writer.close().await;
            drop(closing);
        });
        self.streams.insert(local, Open { remote, incoming, task });
        Ok(())
    }

    async fn send(&self, packet: Packet) -> io::Result<()> {
        self.outgoing.send(packet).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// What an OPEN asks for.
enum Service {
    Shell(shell_service::Request),
    Sync,
}

impl Service {
    fn parse(service: &str) -> Option<Self> {
        match service.split_once(':')? {
            ("sync", "") => Some(Self::Sync),
            (kind, line) => shell_service::Request::parse(kind, line).map(Self::Shell),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("data was sent before the last was acknowledged")]
struct Impatient;

/// Owns the socket's write side; packets that wait are written together.
async fn write_packets<W>(mut writer: W, mut packets: mpsc::Receiver<Packet>, checksums: bool)
where
    W: AsyncWrite + Unpin,
{
    let mut bytes = BytesMut::new();
    while let Some(packet) = packets.recv().await {
        let mut next = Some(packet);
        while let Some(packet) = next {
            bytes.extend_from_slice(&packet.header(checksums));
            bytes.extend_from_slice(&packet.payload);
            next = if bytes.len() < WRITE_BYTES { packets.try_recv().ok() } else { None };
        }
        // TLS keeps the last of it until it is told to send.
        if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
            return;
        }
        bytes.clear();
    }
}
