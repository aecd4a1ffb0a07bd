//! A conversation over one `sync:` stream: single requests, and the content of files.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::messages::{Messages, unexpected};
use super::remote_file::{RemoteEntry, RemoteStat};
use crate::adb::AdbCause;
use crate::adb::handshake::{LS_V2, STAT_V2};
use crate::adb::sync::{ListVersion, MAX_DATA, MAX_PATH, MESSAGE_HEADER_LEN, Request, Response, data_header};
use crate::adb::transport::AdbTransport;

/// The maximum of names of one directory.
const MAX_NAMES: usize = 100_000;
/// The maximum of bytes that the names of one directory take together.
const MAX_NAME_BYTES: usize = 8 * 1024 * 1024;
/// `ENOENT`, `EACCES` and `ENOTDIR`: the path does not exist, or may not be seen.
const NOTHING_THERE: [u32; 3] = [2, 13, 20];

pub(super) struct Session {
    messages: Messages,
    stat_v2: bool,
    ls_v2: bool,
}

/// Single requests.
impl Session {
    pub(super) async fn open(transport: &AdbTransport) -> Result<Self, AdbCause> {
        let banner = &transport.agreement().banner;
        Ok(Self {
            stat_v2: banner.offers(STAT_V2),
            ls_v2: banner.offers(LS_V2),
            messages: Messages::open(transport).await?,
        })
    }

    /// Returns whether a status and a list hold sizes of 4 GiB and more.
    pub(super) fn knows_large_sizes(&self) -> bool {
        self.stat_v2 && self.ls_v2
    }

    /// Returns the status of `path`; a link is not followed.
    pub(super) async fn stat(&mut self, path: &str) -> Result<Option<RemoteStat>, AdbCause> {
        let request = self.stat_request(path)?;
        self.send(&request).await?;
        self.stat_answer().await
    }

    /// Returns the status as [`Session::stat`], with `next` in the same packet: its answer follows without a second wait.
    pub(super) async fn stat_and(
        &mut self,
        path: &str,
        next: &Request,
    ) -> Result<Option<RemoteStat>, AdbCause> {
        let request = self.stat_request(path)?;
        self.messages.send([request.encode(), next.encode()].concat().into()).await?;
        self.stat_answer().await
    }

    fn stat_request(&self, path: &str) -> Result<Request, AdbCause> {
        let path = checked(path)?;
        Ok(if self.stat_v2 { Request::StatV2 { path, follow: false } } else { Request::Stat { path } })
    }

    async fn stat_answer(&mut self) -> Result<Option<RemoteStat>, AdbCause> {
        match self.messages.next().await? {
            Response::Stat(status) if status.mode == 0 => Ok(None),
            Response::Stat(status) => Ok(Some(status.into())),
            Response::StatV2 { status, .. } if status.error == 0 => Ok(Some(status.into())),
            Response::StatV2 { status, .. } if NOTHING_THERE.contains(&status.error) => Ok(None),
            Response::StatV2 { status, .. } => Err(AdbCause::Rejected(message_of(status.error))),
            other => Err(unexpected(&other)),
        }
    }

    /// Lists the directory `path`, without `.` and `..`; empty if it is not one.
    pub(super) async fn list(&mut self, path: &str) -> Result<Vec<RemoteEntry>, AdbCause> {
        let path = checked(path)?;
        let (request, version) = if self.ls_v2 {
            (Request::ListV2 { path }, ListVersion::Two)
        } else {
            (Request::List { path }, ListVersion::One)
        };
        self.send(&request).await?;
        self.messages.expect_list(Some(version));
        let (mut entries, mut names) = (Vec::new(), 0);
        loop {
            let (name, stat) = match self.messages.next().await? {
                Response::Entry { status, name } => (name, status.into()),
                Response::EntryV2 { status, name } => (name, status.into()),
                Response::EndOfList(_) => break,
                other => return Err(unexpected(&other)),
            };
            names += name.len();
            if entries.len() >= MAX_NAMES || names > MAX_NAME_BYTES {
                let limits = format!("more than {MAX_NAMES} names or {MAX_NAME_BYTES} bytes of names");
                return Err(AdbCause::Rejected(format!("{limits} in one directory")));
            }
            if name != "." && name != ".." {
                entries.push(RemoteEntry { name, stat });
            }
        }
        self.messages.expect_list(None);
        Ok(entries)
    }

    pub(super) async fn send(&mut self, request: &Request) -> Result<(), AdbCause> {
        self.messages.send(request.encode()).await
    }
}

/// Files.
impl Session {
    /// Sends a file's content after its announcement, `pieces` of it in a packet. After each packet `progress` is called with
    /// the value of `read`.
    pub(super) async fn send_pieces<R: AsyncRead + Unpin>(
        &mut self,
        mut content: R,
        pieces: usize,
        read: &AtomicU64,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), AdbCause> {
        loop {
            let packet = gather(&mut content, pieces).await?;
            if packet.is_empty() {
                return Ok(());
            }
            self.messages.send_unless_refused(packet).await?;
            progress(read.load(Ordering::Relaxed));
        }
    }

    /// Ends a file that was sent and waits until it is stored.
    pub(super) async fn finish(&mut self, mtime: u32) -> Result<(), AdbCause> {
        self.messages.send_unless_refused(Request::Done { mtime }.encode()).await?;
        match self.messages.next().await? {
            Response::Okay => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// Writes the pieces of a requested file and shuts `content` down. After each, `progress` is called with the value of
    /// `written`.
    pub(super) async fn receive_pieces<W: AsyncWrite + Unpin>(
        &mut self,
        mut content: W,
        written: &AtomicU64,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), ReceiveError> {
        loop {
            match self.messages.next().await? {
                Response::Data(bytes) => {
                    content.write_all(&bytes).await?;
                    progress(written.load(Ordering::Relaxed));
                }
                Response::Done => break,
                other => return Err(unexpected(&other).into()),
            }
        }
        content.shutdown().await?;
        Ok(())
    }
}

/// Why a file was not received.
pub(super) enum ReceiveError {
    Phone(AdbCause),
    /// It could not be decompressed or written.
    Content(std::io::Error),
}

impl From<AdbCause> for ReceiveError {
    fn from(cause: AdbCause) -> Self {
        Self::Phone(cause)
    }
}

impl From<std::io::Error> for ReceiveError {
    fn from(error: std::io::Error) -> Self {
        Self::Content(error)
    }
}

/// Checks that a path fits into a request, and returns it.
pub(super) fn checked(path: &str) -> Result<String, AdbCause> {
    // A SEND has its mode behind the path: a comma and at most six digits.
    if path.is_empty() || path.len() > MAX_PATH - 7 || path.contains('\0') {
        let reason = format!("a path has 1 to {} bytes and no NUL character", MAX_PATH - 7);
        return Err(AdbCause::BadArgument(reason));
    }
    Ok(path.to_owned())
}

/// Reads the next pieces of a file, with their headers, into one buffer; empty at the end.
async fn gather<R: AsyncRead + Unpin>(content: &mut R, most: usize) -> Result<Bytes, AdbCause> {
    let mut pieces = BytesMut::with_capacity(most * (MESSAGE_HEADER_LEN + MAX_DATA));
    for _ in 0..most {
        let start = pieces.len();
        pieces.extend_from_slice(&data_header(0));
        let mut length = 0;
        while length < MAX_DATA {
            let read = content.take((MAX_DATA - length) as u64).read_buf(&mut pieces).await;
            match read.map_err(|error| AdbCause::Local(error.to_string()))? {
                0 => break,
                read => length += read,
            }
        }
        if length == 0 {
            pieces.truncate(start);
            break;
        }
        // A piece has at most `MAX_DATA` bytes.
        let header = data_header(u32::try_from(length).unwrap_or(0));
        pieces[start..start + MESSAGE_HEADER_LEN].copy_from_slice(&header);
    }
    Ok(pieces.freeze())
}

/// Returns the message of an `errno` that a path can cause, as a phone's shell prints it.
fn message_of(error: u32) -> String {
    match error {
        5 => "I/O error".to_owned(),
        36 => "File name too long".to_owned(),
        40 => "Too many symbolic links encountered".to_owned(),
        other => format!("error {other}"),
    }
}
