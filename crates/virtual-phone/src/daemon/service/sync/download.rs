//! Sending a file.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::BytesMut;
use tikmatrix_device::adb::sync::{MAX_DATA, MESSAGE_HEADER_LEN, Packing, Response, data_header};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use crate::daemon::service::sync::packing::pack;
use crate::daemon::stream::StreamWriter;
use crate::filesystem::NodeId;
use crate::machine::Machine;

/// Sends a file in chunks of at most [`MAX_DATA`], several in one packet.
pub(crate) async fn send(
    machine: &Arc<Machine>,
    path: &str,
    packing: Option<Packing>,
    writer: &mut StreamWriter,
) -> bool {
    let opened = {
        let files = machine.files();
        files.read(path).and_then(|_| files.metadata(path, true))
    };
    let id = match opened {
        Ok(found) => found.id,
        Err(error) => return writer.write(Response::Fail(format!("open failed: {error}")).encode()).await,
    };
    let mut content = pack(OpenFile { machine: Arc::clone(machine), id, at: 0 }, packing);
    loop {
        let mut packet = BytesMut::new();
        while packet.len() + MAX_DATA < writer.limit().max(MAX_DATA + 1) {
            match add_piece(&mut packet, &mut content).await {
                Ok(0) => {
                    packet.extend_from_slice(&Response::Done.encode());
                    return writer.write(packet.freeze()).await;
                }
                Ok(_) => {}
                Err(error) => return writer.write(Response::Fail(error.to_string()).encode()).await,
            }
        }
        if !writer.write(packet.freeze()).await {
            return false;
        }
    }
}

/// Adds one chunk with its header to the packet and returns its length; 0 at the end.
async fn add_piece(packet: &mut BytesMut, content: &mut (impl AsyncRead + Unpin)) -> io::Result<usize> {
    let start = packet.len();
    packet.extend_from_slice(&data_header(0));
    let mut length = 0;
    while length < MAX_DATA {
        match content.take((MAX_DATA - length) as u64).read_buf(packet).await? {
            0 => break,
            read => length += read,
        }
    }
    if length == 0 {
        packet.truncate(start);
    } else {
        // A chunk has at most `MAX_DATA` bytes.
        let header = data_header(u32::try_from(length).unwrap_or(0));
        packet[start..start + MESSAGE_HEADER_LEN].copy_from_slice(&header);
    }
    Ok(length)
}

/// A file that is read. It ends when it is removed meanwhile.
struct OpenFile {
    machine: Arc<Machine>,
    id: NodeId,
    at: usize,
}

impl AsyncRead for OpenFile {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let taken = {
            let files = self.machine.files();
            let content = files.content(self.id).unwrap_or_default();
            let rest = content.get(self.at..).unwrap_or_default();
            let taken = rest.len().min(buffer.remaining());
            buffer.put_slice(&rest[..taken]);
            taken
        };
        self.at += taken;
        Poll::Ready(Ok(()))
    }
}
