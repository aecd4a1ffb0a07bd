//! Files to and from a phone through `sync:`, version 1, which every phone speaks.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{AdbCause, AdbError, Deadline, Phone, Stream, shell, shorten};
use crate::adb::sync_protocol::{
    MAX_DATA, MAX_PATH, MESSAGE_HEADER_LEN, Request, Response, ResponseDecoder, data_header,
};
use crate::adb::transport::Transport;
use crate::shell_quote::shell_word;

/// Pieces gathered into one packet: the most that fit into the largest packet.
const PIECES: usize = 15;
/// The time to remove what a push that failed left behind.
const TIDY_TIME: Duration = Duration::from_secs(5);
const KIND_MASK: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;
const REGULAR_FILE: u32 = 0o100_000;

/// How a pushed file is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushOptions {
    /// Its permissions, as in `chmod`. adbd gives the group and others what the owner has
    /// (`file_sync_service.cpp`).
    pub mode: u32,
    /// When it was last changed, in seconds since 1970.
    pub mtime: u32,
}

impl Default for PushOptions {
    /// Readable by all, and as old as 1970.
    fn default() -> Self {
        Self { mode: 0o644, mtime: 0 }
    }
}

/// What is at a path on a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteStat {
    /// Kind and permissions, as `st_mode`.
    pub mode: u32,
    /// Bytes, cut to 32 bits.
    pub size: u32,
    /// Last change, in seconds since 1970.
    pub mtime: u32,
}

impl RemoteStat {
    /// Whether it is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.mode & KIND_MASK == DIRECTORY
    }
}

impl Phone {
    /// What is at `path`; `None` if nothing is, or nothing that may be seen. A symbolic link is not followed.
    ///
    /// # Errors
    /// The phone is gone or not done in time.
    pub async fn stat(&self, path: &str, deadline: Deadline) -> Result<Option<RemoteStat>, AdbError> {
        let attempt = || format!("look at `{}`", shorten(path));
        let work = async { Session::open(&self.inner.transport, path).await?.stat(path).await };
        self.within(deadline, attempt, work).await
    }

    /// Stores what `source` gives as the file `path`, whose folder is made if need be. It is written beside the path
    /// under a name of its own and then renamed, so that nobody on the phone ever sees a part of it; when it fails
    /// or is dropped, the part is removed; only a lost connection leaves it (`.tikmatrix-….part`). `progress` is told the bytes handed over so far.
    ///
    /// # Errors
    /// The phone's own words if it cannot store it, `path` is a directory, `source` fails, the phone is gone or not
    /// done in time.
    pub async fn push<R>(
        &self,
        source: R,
        path: &str,
        options: PushOptions,
        progress: impl FnMut(u64),
        deadline: Deadline,
    ) -> Result<(), AdbError>
    where
        R: AsyncRead + Unpin,
    {
        let attempt = || format!("push to `{}`", shorten(path));
        let work = push(&self.inner.transport, source, path, options, progress);
        self.within(deadline, attempt, work).await
    }

    /// Writes the phone's file `path` to `sink` and gives its length in bytes.
    ///
    /// # Errors
    /// The phone's own words if it cannot read it, `sink` fails, the phone is gone or not done in time.
    pub async fn pull<W>(&self, path: &str, sink: W, deadline: Deadline) -> Result<u64, AdbError>
    where
        W: AsyncWrite + Unpin,
    {
        let attempt = || format!("pull `{}`", shorten(path));
        let work = async { Session::open(&self.inner.transport, path).await?.receive_file(path, sink).await };
        self.within(deadline, attempt, work).await
    }
}

async fn push<R>(
    transport: &Transport,
    source: R,
    path: &str,
    options: PushOptions,
    progress: impl FnMut(u64),
) -> Result<(), AdbCause>
where
    R: AsyncRead + Unpin,
{
    let folder = path.rsplit_once('/').map(|(folder, _name)| folder);
    let Some(folder) = folder.filter(|_| path.starts_with('/') && !path.ends_with('/')) else {
        return Err(AdbCause::BadArgument("the path must be absolute and end in a file's name".to_owned()));
    };
    let part = format!("{folder}/.tikmatrix-{:016x}.part", rand::random::<u64>());
    let mut session = Session::open(transport, path).await?;
    // With the slash a link is followed: moving the part to a folder would put it inside.
    if session.stat(&format!("{path}/")).await?.is_some_and(|found| found.is_directory()) {
        return Err(AdbCause::BadArgument("the path is a directory".to_owned()));
    }
    let mut unfinished = Unfinished { transport, part: &part, over: false };
    session.send_file(source, &part, options, progress).await?;
    let (from, to) = (shell_word(&part), shell_word(path));
    let renamed = shell::run(transport, &format!("mv -f {from} {to}")).await?;
    if renamed.exit_status != 0 {
        return Err(AdbCause::Rejected(renamed.stderr_text().trim().to_owned()));
    }
    unfinished.over = true;
    Ok(())
}

/// Removes the part that a push left behind.
struct Unfinished<'a> {
    transport: &'a Transport,
    part: &'a str,
    over: bool,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        let (false, Ok(runtime)) = (self.over, tokio::runtime::Handle::try_current()) else { return };
        let transport = self.transport.clone();
        let command = format!("rm -f {}", shell_word(self.part));
        runtime.spawn(async move {
            if let Ok(Err(cause)) = Deadline::after(TIDY_TIME).run(shell::run(&transport, &command)).await {
                log::debug!("the part that a push left could not be removed: {cause}");
            }
        });
    }
}

/// A conversation over one `sync:` stream.
struct Session {
    stream: Stream,
    responses: ResponseDecoder,
}

impl Session {
    async fn open(transport: &Transport, path: &str) -> Result<Self, AdbCause> {
        // A SEND has its mode behind the path: a comma and at most six digits.
        if path.is_empty() || path.len() > MAX_PATH - 7 || path.contains('\0') {
            let reason = format!("a path has 1 to {} bytes and no NUL character", MAX_PATH - 7);
            return Err(AdbCause::BadArgument(reason));
        }
        Ok(Self { stream: transport.stream("sync:").await?, responses: ResponseDecoder::new() })
    }

    async fn stat(&mut self, path: &str) -> Result<Option<RemoteStat>, AdbCause> {
        self.stream.send(Request::Stat { path: path.to_owned() }.encode()).await?;
        match self.response().await? {
            Response::Stat(status) if status.mode == 0 => Ok(None),
            Response::Stat(status) => {
                Ok(Some(RemoteStat { mode: status.mode, size: status.size, mtime: status.mtime }))
            }
            other => Err(unexpected(&other)),
        }
    }

    async fn send_file<R>(
        &mut self,
        mut source: R,
        path: &str,
        options: PushOptions,
        mut progress: impl FnMut(u64),
    ) -> Result<(), AdbCause>
    where
        R: AsyncRead + Unpin,
    {
        let mode = REGULAR_FILE | (options.mode & 0o7777);
        self.stream.send(Request::Send { path: path.to_owned(), mode }.encode()).await?;
        let mut sent = 0;
        loop {
            let (pieces, length) = gather(&mut source).await?;
            if length == 0 {
                break;
            }
            self.send_unless_refused(pieces).await?;
            sent += length;
            progress(sent);
        }
        self.send_unless_refused(Request::Done { mtime: options.mtime }.encode()).await?;
        match self.response().await? {
            Response::Okay => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// Sends while watching for the FAIL that may come in the middle of an upload.
    async fn send_unless_refused(&mut self, mut bytes: Bytes) -> Result<(), AdbCause> {
        while !bytes.is_empty() {
            let early = std::future::poll_fn(|context| {
                if let std::task::Poll::Ready(arrived) = self.stream.poll_receive(context) {
                    return std::task::Poll::Ready(arrived.map(Some));
                }
                self.stream.poll_send(context, &mut bytes).map_ok(|()| None)
            })
            .await?;
            match early {
                None => {}
                Some(Some(arrived)) => {
                    self.responses.push(&arrived);
                    if let Some(response) = self.responses.next().map_err(broken)? {
                        return Err(unexpected(&response));
                    }
                }
                Some(None) => return Err(AdbCause::StreamEnded),
            }
        }
        Ok(())
    }

    async fn receive_file<W>(&mut self, path: &str, mut sink: W) -> Result<u64, AdbCause>
    where
        W: AsyncWrite + Unpin,
    {
        let local = |error: std::io::Error| AdbCause::Local(error.to_string());
        self.stream.send(Request::Recv { path: path.to_owned() }.encode()).await?;
        let mut received = 0;
        loop {
            match self.response().await? {
                Response::Data(bytes) => {
                    sink.write_all(&bytes).await.map_err(local)?;
                    received += bytes.len() as u64;
                }
                Response::Done => break,
                other => return Err(unexpected(&other)),
            }
        }
        sink.flush().await.map_err(local)?;
        Ok(received)
    }

    async fn response(&mut self) -> Result<Response, AdbCause> {
        loop {
            if let Some(response) = self.responses.next().map_err(broken)? {
                return Ok(response);
            }
            let bytes = self.stream.receive().await?.ok_or(AdbCause::StreamEnded)?;
            self.responses.push(&bytes);
        }
    }
}

/// The next pieces of a file with their headers in one buffer, and how many bytes of the file they are.
async fn gather<R: AsyncRead + Unpin>(source: &mut R) -> Result<(Bytes, u64), AdbCause> {
    let mut pieces = BytesMut::with_capacity(PIECES * (MESSAGE_HEADER_LEN + MAX_DATA));
    let mut total = 0;
    for _ in 0..PIECES {
        let start = pieces.len();
        pieces.extend_from_slice(&data_header(0));
        let mut length = 0;
        while length < MAX_DATA {
            let read = source.take((MAX_DATA - length) as u64).read_buf(&mut pieces).await;
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
        total += length as u64;
    }
    Ok((pieces.freeze(), total))
}

fn unexpected(response: &Response) -> AdbCause {
    match response {
        Response::Fail(reason) => AdbCause::Rejected(reason.clone()),
        _ => AdbCause::Protocol("an answer that was not asked for".to_owned()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn broken(error: crate::adb::sync_protocol::SyncError) -> AdbCause {
    AdbCause::Protocol(error.to_string())
}
