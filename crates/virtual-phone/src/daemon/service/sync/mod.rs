//! `sync:`: files to and from the phone, versions 1 and 2 of the protocol. Source of the behaviour: AOSP
//! packages/modules/adb, `daemon/file_sync_service.cpp`.

mod download;
mod packing;
mod upload;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tikmatrix_device::adb::sync::{
    DRY_RUN, ListVersion, Packing, Request, RequestDecoder, Response, Status, StatusV2,
};

use crate::daemon::stream::{StreamReader, StreamWriter};
use crate::daemon::wire::Wire;
use crate::filesystem::Metadata;
use crate::machine::Machine;
use upload::{Target, Upload};

/// Answers requests until the host quits or breaks the protocol.
pub(crate) async fn serve(
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
                Request::Data(bytes) => match &mut upload {
                    Some(upload) => {
                        if !upload.add(wire, &bytes).await {
                            // The cable was pulled: the end of this stream must not be sent. The listener drops
                            // the connection.
                            std::future::pending::<()>().await;
                        }
                        true
                    }
                    None => fail(writer, "unexpected DATA").await,
                },
                Request::Done { mtime } => match upload.take() {
                    Some(upload) => writer.write(upload.finish(mtime).await.encode()).await,
                    None => fail(writer, "unexpected DONE").await,
                },
                Request::Quit => return,
                Request::Send { path, mode } => {
                    let target = Target { path, mode, stored: true };
                    upload = Some(Upload::start(machine, target, None));
                    true
                }
                Request::SendV2 { path, mode, flags } => match Packing::from_flags(flags) {
                    Ok(packing) => {
                        let target = Target { path, mode, stored: flags & DRY_RUN == 0 };
                        upload = Some(Upload::start(machine, target, packing));
                        true
                    }
                    Err(error) => fail(writer, &error.to_string()).await,
                },
                other => answer(machine, other, writer).await,
            };
            if !goes_on {
                return;
            }
        }
    }
}

/// Answers the requests that are independent of earlier ones.
async fn answer(machine: &Arc<Machine>, request: Request, writer: &mut StreamWriter) -> bool {
    match request {
        Request::Stat { path } => {
            // Version 1 answers zeros for a path that is not there; links are not followed.
            let found = machine.files().metadata(&path, false);
            let status = found.map(|found| status(&found)).unwrap_or_default();
            writer.write(Response::Stat(status).encode()).await
        }
        Request::StatV2 { path, follow } => {
            let status = match machine.files().metadata(&path, follow) {
                Ok(found) => status_v2(&found),
                Err(error) => StatusV2 { error: error.number(), ..StatusV2::default() },
            };
            writer.write(Response::StatV2 { status, follow }.encode()).await
        }
        Request::List { path } => {
            let entry = |name, found: &Metadata| Response::Entry { status: status(found), name };
            writer.write(list(machine, &path, entry, ListVersion::One)).await
        }
        Request::ListV2 { path } => {
            let entry = |name, found: &Metadata| Response::EntryV2 { status: status_v2(found), name };
            writer.write(list(machine, &path, entry, ListVersion::Two)).await
        }
        Request::Recv { path } => download::send(machine, &path, None, writer).await,
        Request::RecvV2 { path, flags } => match Packing::from_flags(flags) {
            Ok(packing) => download::send(machine, &path, packing, writer).await,
            Err(error) => fail(writer, &error.to_string()).await,
        },
        // The caller handles these.
        Request::Send { .. }
        | Request::SendV2 { .. }
        | Request::Data(_)
        | Request::Done { .. }
        | Request::Quit => true,
    }
}

async fn fail(writer: &mut StreamWriter, reason: &str) -> bool {
    writer.write(Response::Fail(reason.to_owned()).encode()).await;
    false
}

fn status(found: &Metadata) -> Status {
    Status {
        mode: found.mode,
        size: u32::try_from(found.size).unwrap_or(u32::MAX),
        mtime: u32::try_from(found.modified.max(0)).unwrap_or(u32::MAX),
    }
}

fn status_v2(found: &Metadata) -> StatusV2 {
    StatusV2 {
        error: 0,
        device: 1,
        inode: found.id.number(),
        mode: found.mode,
        links: 1,
        user: found.owner,
        group: found.owner,
        size: found.size,
        atime: found.modified,
        mtime: found.modified,
        ctime: found.modified,
    }
}

/// Encodes all entries, `.` and `..` included. A directory that cannot be read is empty, as in adbd.
fn list(
    machine: &Machine,
    path: &str,
    entry: impl Fn(String, &Metadata) -> Response,
    version: ListVersion,
) -> Bytes {
    let files = machine.files();
    let mut bytes = BytesMut::new();
    if let Ok(entries) = files.list(path) {
        for name in [".", ".."] {
            if let Ok(found) = files.metadata(&format!("{path}/{name}"), true) {
                bytes.extend_from_slice(&entry(name.to_owned(), &found).encode());
            }
        }
        for (name, found) in entries {
            bytes.extend_from_slice(&entry(name, &found).encode());
        }
    }
    bytes.extend_from_slice(&Response::EndOfList(version).encode());
    bytes.freeze()
}
