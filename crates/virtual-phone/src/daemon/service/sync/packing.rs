//! Compression of files in version 2 of `sync:`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_compression::tokio::{bufread, write};
use parking_lot::Mutex;
use tikmatrix_device::adb::sync::Packing;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// Compresses `content`.
pub(crate) fn pack<R>(content: R, packing: Option<Packing>) -> Box<dyn AsyncRead + Send + Unpin>
where
    R: AsyncRead + Send + Unpin + 'static,
{
    let buffered = BufReader::with_capacity(64 * 1024, content);
    match packing {
        None => Box::new(buffered),
        Some(Packing::Brotli) => {
            let quality = async_compression::Level::Fastest;
            Box::new(bufread::BrotliEncoder::with_quality(buffered, quality))
        }
        Some(Packing::Lz4) => Box::new(bufread::Lz4Encoder::new(buffered)),
        Some(Packing::Zstd) => Box::new(bufread::ZstdEncoder::new(buffered)),
    }
}

/// Decompresses a file chunk by chunk.
pub(crate) struct Unpacker {
    decoder: Box<dyn AsyncWrite + Send + Unpin>,
    unpacked: Unpacked,
}

impl Unpacker {
    pub(crate) fn new(packing: Option<Packing>) -> Self {
        let unpacked = Unpacked::default();
        let target = unpacked.clone();
        let decoder: Box<dyn AsyncWrite + Send + Unpin> = match packing {
            None => Box::new(target),
            Some(Packing::Brotli) => Box::new(write::BrotliDecoder::new(target)),
            Some(Packing::Lz4) => Box::new(write::Lz4Decoder::new(target)),
            Some(Packing::Zstd) => Box::new(write::ZstdDecoder::new(target)),
        };
        Self { decoder, unpacked }
    }

    /// Returns what can be decompressed so far.
    pub(crate) async fn unpack(&mut self, piece: &[u8]) -> io::Result<Vec<u8>> {
        self.decoder.write_all(piece).await?;
        self.decoder.flush().await?;
        Ok(std::mem::take(&mut *self.unpacked.0.lock()))
    }

    /// Returns the rest; an error if the compressed stream is incomplete.
    pub(crate) async fn finish(mut self) -> io::Result<Vec<u8>> {
        self.decoder.shutdown().await?;
        Ok(std::mem::take(&mut *self.unpacked.0.lock()))
    }
}

#[derive(Clone, Default)]
struct Unpacked(Arc<Mutex<Vec<u8>>>);

impl AsyncWrite for Unpacked {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
