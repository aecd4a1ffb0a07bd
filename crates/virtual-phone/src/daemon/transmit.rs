//! The one task that writes to a connection's socket, so that packets stay whole unless a fault spoils them.

use std::io;

use bytes::{Bytes, BytesMut};
use tikmatrix_device::adb::packet::{Command, Packet};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::wire::{Burst, Wire};

/// The limit of bytes that are written at a time.
const WRITE_BYTES: usize = 256 * 1024;
/// Bytes that are no packet.
const GARBAGE: &[u8] = b"\xde\xad\xbe\xefnothing that speaks ADB would ever send this\0\xff\xff\xff\xff";
/// The id of the stream of the fault `unsolicited_open`.
const UNSOLICITED: u32 = 0x7fff_fff0;

/// Writes packets until the connection ends or the host is gone.
pub(super) async fn write_packets<W: AsyncWrite + Unpin>(
    mut writer: W,
    mut packets: mpsc::Receiver<Packet>,
    checksums: bool,
    wire: Wire,
) {
    let mut bursts = wire.bursts();
    let mut lost = 0_u32;
    let mut silent = false;
    loop {
        let bytes = tokio::select! {
            packet = packets.recv() => match packet {
                Some(packet) => gather(packet, &mut packets, checksums, &wire, &mut lost),
                None => return,
            },
            Ok(burst) = bursts.recv() => match burst {
                Burst::Garbage => Bytes::from_static(GARBAGE),
                Burst::UnsolicitedOpen => {
                    Packet::new(Command::Open, UNSOLICITED, 0, &b"tcp:1\0"[..]).encode(checksums)
                }
                Burst::HalfClose => {
                    silent = true;
                    if writer.shutdown().await.is_err() {
                        return;
                    }
                    continue;
                }
            },
        };
        if !silent && write(&mut writer, &bytes, &wire).await.is_err() {
            return;
        }
    }
}

/// Encodes all waiting packets together.
fn gather(
    first: Packet,
    packets: &mut mpsc::Receiver<Packet>,
    checksums: bool,
    wire: &Wire,
    lost: &mut u32,
) -> Bytes {
    let mut bytes = BytesMut::new();
    let mut next = Some(first);
    while let Some(packet) = next {
        let trouble = wire.now();
        *lost = lost.wrapping_add(1);
        if trouble.drop_every.is_none_or(|every| *lost % every != 0) {
            let times = if packet.command == Command::Clse { 1 + trouble.more_closes } else { 1 };
            for _ in 0..times {
                bytes.extend_from_slice(&packet.header(checksums));
                bytes.extend_from_slice(&packet.payload);
            }
        }
        next = if bytes.len() < WRITE_BYTES { packets.try_recv().ok() } else { None };
    }
    bytes.freeze()
}

async fn write<W: AsyncWrite + Unpin>(writer: &mut W, mut bytes: &[u8], wire: &Wire) -> io::Result<()> {
    wire.travel().await;
    while !bytes.is_empty() {
        let passes = wire.pass(bytes.len()).await;
        writer.write_all(&bytes[..passes]).await?;
        bytes = &bytes[passes..];
    }
    // TLS buffers the last bytes until it is flushed.
    writer.flush().await
}
