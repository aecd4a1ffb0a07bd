//! One file to or from a phone: under a name of its own until it is whole, packed where that pays.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_compression::Level;
use async_compression::tokio::bufread::{BrotliEncoder, Lz4Encoder, ZstdEncoder};
use async_compression::tokio::write::{BrotliDecoder, Lz4Decoder, ZstdDecoder};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, BufReader, ReadBuf};

use super::packing::{Choice, Compression, SAMPLE, pays};
use super::remote_file::{PushOptions, RemoteStat};
use super::session::{ReceiveError, Session, checked};
use crate::adb::error::{AdbCause, shorten};
use crate::adb::sync::{MAX_DATA, Packing, Request};
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;
use crate::phone::shell;
use crate::shell_quote::shell_word;

/// Pieces gathered into one packet: the most that fit into the largest packet.
const PIECES: usize = 15;
/// Packed pieces in one packet: each may be a hundred times as much to pack, and all that holds up its thread.
const PACKED_PIECES: usize = 1;
/// The time to remove what a push that failed left behind.
const TIDY_TIME: Duration = Duration::from_secs(5);
const REGULAR_FILE: u32 = 0o100_000;
/// Where the kernel makes files up as they are read, and tells a page or nothing for the size of each.
const MADE_UP: [&str; 3] = ["/proc/", "/sys/", "/config/"];

/// Stores what `source` gives as the file `path`.
pub(in crate::phone) async fn push<R>(
    transport: &AdbTransport,
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
    checked(path)?;
    let part = checked(&format!("{folder}/.tikmatrix-{:016x}.part", rand::random::<u64>()))?;
    let mut session = Session::open(transport).await?;
    // With the slash a link is followed: moving the part to a folder would put it inside.
    if session.stat(&format!("{path}/")).await?.is_some_and(|found| found.is_directory()) {
        return Err(AdbCause::BadArgument("the path is a directory".to_owned()));
    }
    let mut unfinished = Unfinished { transport, part: &part, over: false };
    let choice = options.compression.choose(&transport.agreement().banner, path);
    send_file(&mut session, source, &part, choice, &options, progress).await?;
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
    transport: &'a AdbTransport,
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

async fn send_file<R: AsyncRead + Unpin>(
    session: &mut Session,
    mut source: R,
    part: &str,
    choice: Choice,
    options: &PushOptions,
    mut progress: impl FnMut(u64),
) -> Result<(), AdbCause> {
    let mut head = Vec::new();
    let packing = match choice {
        Choice::Settled(packing) => packing,
        Choice::IfItPays(packing) => {
            let sample = (&mut source).take(SAMPLE as u64).read_to_end(&mut head).await;
            sample.map_err(|error| AdbCause::Local(error.to_string()))?;
            if pays(&head).await { Some(packing) } else { None }
        }
    };
    let (path, mode) = (part.to_owned(), REGULAR_FILE | (options.mode & 0o7777));
    let read = AtomicU64::new(0);
    let source = Counted { inner: (&head[..]).chain(source), count: &read };
    let buffered = BufReader::with_capacity(MAX_DATA, source);
    match packing {
        None => {
            session.send(&Request::Send { path, mode }).await?;
            session.send_pieces(buffered.into_inner(), PIECES, &read, &mut progress).await?;
        }
        Some(packing) => {
            session.send(&Request::SendV2 { path, mode, flags: packing.flag() }).await?;
            let (read, progress) = (&read, &mut progress);
            match packing {
                Packing::Lz4 => {
                    session.send_pieces(Lz4Encoder::new(buffered), PACKED_PIECES, read, progress).await?;
                }
                Packing::Zstd => {
                    let encoder = ZstdEncoder::with_quality(buffered, Level::Fastest);
                    session.send_pieces(encoder, PACKED_PIECES, read, progress).await?;
                }
                Packing::Brotli => {
                    let encoder = BrotliEncoder::with_quality(buffered, Level::Fastest);
                    session.send_pieces(encoder, PACKED_PIECES, read, progress).await?;
                }
            }
        }
    }
    session.finish(options.mtime).await
}

/// Writes the phone's file `path` to `sink` and gives its length. What the phone told of it is `known`, or asked for along
/// with it.
pub(super) async fn pull<W>(
    transport: &AdbTransport,
    path: &str,
    known: Option<RemoteStat>,
    sink: W,
    compression: Compression,
    mut progress: impl FnMut(u64),
) -> Result<u64, AdbCause>
where
    W: AsyncWrite + Unpin,
{
    let mut session = Session::open(transport).await?;
    let owned = checked(path)?;
    let packing = match compression.choose(&transport.agreement().banner, path) {
        Choice::Settled(packing) => packing,
        // Nobody has seen the file.
        Choice::IfItPays(_) => None,
    };
    let request = match packing {
        None => Request::Recv { path: owned },
        Some(packing) => Request::RecvV2 { path: owned, flags: packing.flag() },
    };
    let announced = match known {
        None => session.stat_and(path, &request).await?,
        known => {
            session.send(&request).await?;
            known
        }
    };
    let (written, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let sink = Sink { inner: sink, written: &written, failed: &failed };
    let (count, told) = (&written, &mut progress);
    let received = match packing {
        None => session.receive_pieces(sink, count, told).await,
        Some(Packing::Lz4) => session.receive_pieces(Lz4Decoder::new(sink), count, told).await,
        Some(Packing::Zstd) => session.receive_pieces(ZstdDecoder::new(sink), count, told).await,
        Some(Packing::Brotli) => session.receive_pieces(BrotliDecoder::new(sink), count, told).await,
    };
    match received {
        Ok(()) => whole(path, announced, written.into_inner()),
        Err(ReceiveError::Phone(cause)) => Err(cause),
        Err(ReceiveError::Content(error)) if packing.is_none() || failed.into_inner() => {
            Err(AdbCause::Local(error.to_string()))
        }
        Err(ReceiveError::Content(error)) => {
            Err(AdbCause::Protocol(format!("what it packed cannot be unpacked: {error}")))
        }
    }
}

/// The length of a file that came, unless that is less than was told: an adb server or a bridge that loses a packet may
/// lose whole pieces, and nothing else shows it. More is a file that grew meanwhile. A link tells its own length.
fn whole(path: &str, told: Option<RemoteStat>, length: u64) -> Result<u64, AdbCause> {
    match told {
        Some(told)
            if told.is_file()
                && length < told.size
                && !MADE_UP.iter().any(|folder| path.starts_with(folder)) =>
        {
            let (path, size) = (shorten(path), told.size);
            Err(AdbCause::Protocol(format!("`{path}` has {size} bytes, and only {length} of them came")))
        }
        _ => Ok(length),
    }
}

/// Counts what is read.
struct Counted<'a, R> {
    inner: R,
    count: &'a AtomicU64,
}

impl<R: AsyncRead + Unpin> AsyncRead for Counted<'_, R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        self.count.fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

/// Counts what is written, remembers whose a failure was, and is the caller's to close.
struct Sink<'a, W> {
    inner: W,
    written: &'a AtomicU64,
    failed: &'a AtomicBool,
}

impl<W> Sink<'_, W> {
    fn note<T>(&self, result: io::Result<T>) -> Poll<io::Result<T>> {
        self.failed.fetch_or(result.is_err(), Ordering::Relaxed);
        Poll::Ready(result)
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Sink<'_, W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = ready!(Pin::new(&mut self.inner).poll_write(context, bytes));
        self.written.fetch_add(*result.as_ref().unwrap_or(&0) as u64, Ordering::Relaxed);
        self.note(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = ready!(Pin::new(&mut self.inner).poll_flush(context));
        self.note(result)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}
