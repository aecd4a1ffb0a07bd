//! A file that is being received: written under a temporary name and hashed on threads for blocking work, a megabyte at a
//! time, so that a large file costs neither memory nor the time of other requests.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;

use actix_web::web::Bytes;
use sha2::{Digest, Sha256};
use tikmatrix_domain::{CONTENT_HEAD, Content, recognize_content};

use crate::materials::library::temp_file::TempFile;

/// In bytes.
const WRITE_SIZE: usize = 1024 * 1024;

/// A file that is being received.
pub(crate) struct Incoming {
    content: TempFile,
    /// `None` only after a failed write.
    target: Option<Target>,
    buffered: Vec<Bytes>,
    buffered_bytes: usize,
    head: Vec<u8>,
    size: u64,
}

struct Target {
    file: File,
    hash: Sha256,
}

/// A completely received file on the disk, under a temporary name.
pub(crate) struct Received {
    pub(crate) content: TempFile,
    /// In bytes.
    pub(crate) size: u64,
    /// In lower-case hexadecimal.
    pub(crate) sha256: String,
}

impl Incoming {
    pub(crate) async fn begin(path: PathBuf) -> io::Result<Self> {
        let content = TempFile::new(path.clone());
        let opened =
            tokio::task::spawn_blocking(move || OpenOptions::new().write(true).create_new(true).open(path));
        let file = opened.await.map_err(io::Error::other)??;
        let target = Some(Target { file, hash: Sha256::new() });
        Ok(Self { content, target, buffered: Vec::new(), buffered_bytes: 0, head: Vec::new(), size: 0 })
    }

    /// The bytes that were received.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// What it is by the bytes so far.
    pub(crate) fn recognized(&self) -> Content {
        recognize_content(&self.head)
    }

    /// Adds bytes.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        let wanted = CONTENT_HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..wanted]);
        self.size += bytes.len() as u64;
        self.buffered_bytes += bytes.len();
        self.buffered.push(bytes);
        if self.buffered_bytes >= WRITE_SIZE { self.flush(false).await } else { Ok(()) }
    }

    /// Completes the file, which survives a loss of power from then on.
    pub(crate) async fn finish(mut self) -> io::Result<Received> {
        self.flush(true).await?;
        let hash = self.target.map(|target| target.hash.finalize()).unwrap_or_default();
        let mut sha256 = String::new();
        for byte in hash {
            // Writing to a string cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Ok(Received { content: self.content, size: self.size, sha256 })
    }

    async fn flush(&mut self, is_last: bool) -> io::Result<()> {
        let failed_before = || io::Error::other("an earlier write failed");
        let mut target = self.target.take().ok_or_else(failed_before)?;
        let buffered = std::mem::take(&mut self.buffered);
        self.buffered_bytes = 0;
        let writing = tokio::task::spawn_blocking(move || {
            for bytes in buffered {
                target.hash.update(&bytes);
                target.file.write_all(&bytes)?;
            }
            if is_last {
                target.file.sync_all()?;
            }
            Ok::<_, io::Error>(target)
        });
        self.target = Some(writing.await.map_err(io::Error::other)??);
        Ok(())
    }
}
