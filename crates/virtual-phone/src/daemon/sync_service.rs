//! `sync:`: files to and from the phone, version 1 of the protocol. Where files may be written is left to the file
//! system; source of the behaviour: AOSP packages/modules/adb, `daemon/file_sync_service.cpp`.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tikmatrix_device::adb::sync_protocol::{MAX_DATA, Request, RequestDecoder, Response, Status};

use super::stream::{StreamReader, StreamWriter};
use super::wire::Wire;
use crate::filesystem::{FileError, Metadata, NodeId, split_last};
use crate::machine::Machine;

/// Answers requests until the host quits or breaks the protocol.
pub(super) async fn serve(
    machine: &Arc<Machine>,
    wire: &Wire,
    mut reader: StreamReader,
    writer: &mut StreamWriter,
) {
    let mut requests = RequestDecoder::new();
    let mut upload: Option<Upload> = None;
    while let Some(data) = reader.next().await {
        requests.push(&data);
        loop {
            let request = match requests.next() {
                Ok(Some(request)) => request,
                Ok(None) => break,
                Err(error) => {
                    writer.write(Response::Fail(error.to_string()).encode()).await;
                    return;
                }
            };
            let goes_on = match request {
                Request::Stat { path } => writer.write(stat(machine, &path).encode()).await,
                Request::List { path } => writer.write(list(machine, &path)).await,
                Request::Recv { path } => receive(machine, &path, writer).await,
                Request::Send { path, mode } => {
                    upload = Some(Upload::start(machine, path, mode));
                    true
                }
                Request::Data(bytes) => match &mut upload {
                    Some(upload) => {
                        if !upload.add(wire, &bytes) {
                            // The cable was pulled: nobody may hear of this stream's end. The listener drops the
                            // connection, and this with it.
                            std::future::pending::<()>().await;
                        }
                        true
                    }
                    None => fail(writer, "unexpected DATA").await,
                },
                Request::Done { mtime } => match upload.take() {
                    Some(upload) => writer.write(upload.finish(mtime).encode()).await,
                    None => fail(writer, "unexpected DONE").await,
                },
                Request::Quit => return,
            };
            if !goes_on {
                return;
            }
        }
    }
}

async fn fail(writer: &mut StreamWriter, reason: &str) -> bool {
    writer.write(Response::Fail(reason.to_owned()).encode()).await;
    false
}

/// Version 1 answers zeros for a path that is not there; links are not followed.
fn stat(machine: &Machine, path: &str) -> Response {
    Response::Stat(machine.files().metadata(path, false).map(|found| status(&found)).unwrap_or_default())
}

fn status(found: &Metadata) -> Status {
    Status {
        mode: found.mode,
        size: u32::try_from(found.size).unwrap_or(u32::MAX),
        mtime: u32::try_from(found.modified.max(0)).unwrap_or(u32::MAX),
    }
}

/// All entries and the end; a directory that cannot be read is an empty one, as in adbd.
fn list(machine: &Machine, path: &str) -> Bytes {
    let entries = machine.files().list(path).unwrap_or_default();
    let mut bytes = BytesMut::new();
    for (name, found) in entries {
        bytes.extend_from_slice(&Response::Entry { status: status(&found), name }.encode());
    }
    bytes.extend_from_slice(&Response::EndOfList.encode());
    bytes.freeze()
}

/// Sends a file in pieces of at most [`MAX_DATA`], several in one packet.
async fn receive(machine: &Arc<Machine>, path: &str, writer: &mut StreamWriter) -> bool {
    let opened = {
        let files = machine.files();
        files.read(path).and_then(|_| files.metadata(path, true))
    };
    let id = match opened {
        Ok(found) => found.id,
        Err(error) => return writer.write(Response::Fail(refusal("open failed", error)).encode()).await,
    };
    let mut sent = 0;
    loop {
        let mut packet = BytesMut::new();
        while packet.len() + MAX_DATA < writer.limit().max(MAX_DATA + 1) {
            let piece = next_piece(machine, id, sent);
            if piece.is_empty() {
                packet.extend_from_slice(&Response::Done.encode());
                return writer.write(packet.freeze()).await;
            }
            sent += piece.len();
            packet.extend_from_slice(&Response::Data(piece).encode());
        }
        if !writer.write(packet.freeze()).await {
            return false;
        }
    }
}

/// A file that was removed meanwhile ends there.
fn next_piece(machine: &Machine, id: NodeId, from: usize) -> Bytes {
    let files = machine.files();
    let content = files.content(id).unwrap_or_default();
    let rest = content.get(from..).unwrap_or_default();
    Bytes::copy_from_slice(&rest[..rest.len().min(MAX_DATA)])
}

/// `adb` shows this text after "remote ".
fn refusal(attempt: &str, error: FileError) -> String {
    format!("{attempt}: {error}")
}

/// A file on its way to the phone. Dropped before its end, what has arrived is removed again, as adbd does.
struct Upload {
    machine: Arc<Machine>,
    path: String,
    state: Result<NodeId, String>,
    received: u64,
    complete: bool,
}

impl Upload {
    fn start(machine: &Arc<Machine>, path: String, mode: u32) -> Self {
        let state =
            Self::create(machine, &path, mode).map_err(|error| refusal("couldn't create file", error));
        Self { machine: Arc::clone(machine), path, state, received: 0, complete: false }
    }

    fn create(machine: &Machine, path: &str, mode: u32) -> Result<NodeId, FileError> {
        let now = machine.seconds();
        let mut files = machine.files();
        match files.create(path, mode & 0o777, now) {
            Err(FileError::NotFound) => {
                let (parent, _) = split_last(path).ok_or(FileError::NotFound)?;
                files.make_directories(parent, 0o775, now)?;
                files.create(path, mode & 0o777, now)
            }
            other => other,
        }
    }

    /// Adds data; `false` when a fault cuts the wire here. A refusal is kept for the end: the host sends all anyway.
    fn add(&mut self, wire: &Wire, bytes: &[u8]) -> bool {
        let passes = match wire.left(self.received) {
            Some(left) => bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX)),
            None => bytes.len(),
        };
        self.received += passes as u64;
        if let Ok(id) = self.state {
            let appended = self.machine.files().append(id, &bytes[..passes], self.machine.seconds());
            if let Err(error) = appended {
                self.state = Err(refusal("write failed", error));
            }
        }
        !wire.breaks_at(self.received)
    }

    fn finish(mut self, mtime: u32) -> Response {
        match std::mem::replace(&mut self.state, Err(String::new())) {
            Ok(_) => {
                self.complete = true;
                match self.machine.files().set_modified(&self.path, i64::from(mtime)) {
                    Ok(()) => Response::Okay,
                    Err(error) => Response::Fail(refusal("utimes failed", error)),
                }
            }
            Err(reason) => Response::Fail(reason),
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.complete && self.received > 0 {
            // What cannot be removed was never written, or belongs to somebody else by now.
            let _kept = self.machine.files().remove(&self.path);
        }
    }
}
