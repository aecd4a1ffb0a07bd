//! One file to or from a phone: under a temporary name until it is complete, compressed where that pays.

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
use super::remote_file::{PushOptions, REGULAR_FILE, RemoteStat};
use super::session::{ReceiveError, Session, checked};
use crate::adb::error::{AdbCause, shorten};
use crate::adb::sync::{MAX_DATA, Packing, Request};
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;
use crate::phone::shell;
use crate::shell_quote::shell_word;

/// Pieces in one packet: the maximum of the largest packet.
const PIECES: usize = 15;
/// Compressed pieces in one packet: each may take a hundred times its size to compress, which blocks the thread.
const PACKED_PIECES: usize = 1;
/// The timeout of removing the part of a failed push.
const CLEANUP_TIMEOUT: Duration = Duration::from_secs(5);
/// How many bytes longer than its size a pulled file may be: a log grows meanwhile, and a generated file has no size.
const MAX_GROWTH: u64 = 64 * 1024 * 1024;
/// The maximum of bytes of a pulled file whose size is not known: a link reports its own, version 1 the lower half.
const MAX_UNKNOWN: u64 = 16 * 1024 * 1024 * 1024;
/// Folders of files that the kernel generates, whose size is a page or nothing.
const GENERATED: [&str; 3] = ["/proc/", "/sys/", "/config/"];

/// Stores the content of `source` as the file `path`.
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
    let renamed = shell::run(transport, &format!("mv -f {from} {to}"), shell::MAX_WORDS).await?;
    if renamed.exit_status != 0 {
        return Err(AdbCause::rejected(&renamed.stderr_text()));
    }
    unfinished.over = true;
    Ok(())
}

/// The part of a push, which is removed unless it was renamed.
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
            let removing = shell::run(&transport, &command, shell::MAX_WORDS);
            if let Ok(Err(cause)) = Deadline::after(CLEANUP_TIMEOUT).run(removing).await {
                log::debug!("the part of a failed push could not be removed: {cause}");
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

/// Writes the phone's file `path` to `sink` and returns its length. Its status is `known`, or requested together with it.
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
        // The beginning of the file is not known.
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
    let limit = match announced {
        Some(announced) if announced.is_file() && session.knows_large_sizes() => {
            announced.size.saturating_add(MAX_GROWTH)
        }
        _ => MAX_UNKNOWN,
    };
    let (written, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let sink = Sink { inner: sink, written: &written, limit, failed: &failed };
    let (count, progress) = (&written, &mut progress);
    let received = match packing {
        None => session.receive_pieces(sink, count, progress).await,
        Some(Packing::Lz4) => session.receive_pieces(Lz4Decoder::new(sink), count, progress).await,
        Some(Packing::Zstd) => session.receive_pieces(ZstdDecoder::new(sink), count, progress).await,
        Some(Packing::Brotli) => session.receive_pieces(BrotliDecoder::new(sink), count, progress).await,
    };
    match received {
        Ok(()) => complete(path, announced, written.into_inner()),
        Err(ReceiveError::Phone(cause)) => Err(cause),
        Err(ReceiveError::Content(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
            Err(AdbCause::TooMuchOutput(usize::try_from(limit).unwrap_or(usize::MAX)))
        }
        Err(ReceiveError::Content(error)) if packing.is_none() || failed.into_inner() => {
            Err(AdbCause::Local(error.to_string()))
        }
        Err(ReceiveError::Content(error)) => {
            Err(AdbCause::Protocol(format!("its compressed data is broken: {error}")))
        }
    }
}

/// Returns the length of a received file, unless it is less than its size: an adb server or a bridge that loses a packet may
/// lose whole pieces, and nothing else shows it. A longer file grew meanwhile. A link reports its own length.
fn complete(path: &str, announced: Option<RemoteStat>, length: u64) -> Result<u64, AdbCause> {
    match announced {
        Some(announced)
            if announced.is_file()
                && length < announced.size
                && !GENERATED.iter().any(|folder| path.starts_with(folder)) =>
        {
            let (path, size) = (shorten(path), announced.size);
            Err(AdbCause::Protocol(format!("`{path}` has {size} bytes, and only {length} of them came")))
        }
        _ => Ok(length),
    }
}

/// A reader that counts the bytes.
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

/// A writer that counts the bytes, refuses those beyond a limit, records whether an error was its own, and leaves closing to
/// the caller.
struct Sink<'a, W> {
    inner: W,
    written: &'a AtomicU64,
    limit: u64,
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
        if self.written.load(Ordering::Relaxed).saturating_add(bytes.len() as u64) > self.limit {
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
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
