//! Files to and from a phone through `sync:`, in version 2 where the phone has it and else in version 1.

mod folder;
mod packing;
mod session;
mod transfer;

use tokio::io::{AsyncRead, AsyncWrite};

use super::phone::{Phone, shorten};
use crate::adb::error::{AdbCause, AdbError};
use crate::adb::sync::{Status, StatusV2};
use crate::deadline::Deadline;
use crate::tape::Mode;

pub use folder::FolderReport;
pub use packing::Compression;

use session::Session;

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
    /// Whether it is packed on its way.
    pub compression: Compression,
}

impl Default for PushOptions {
    /// Readable by all, as old as 1970, and packed where that pays.
    fn default() -> Self {
        Self { mode: 0o644, mtime: 0, compression: Compression::Auto }
    }
}

/// What is at a path on a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteStat {
    /// Kind and permissions, as `st_mode`.
    pub mode: u32,
    /// Bytes; a phone without `stat_v2` cuts them to 32 bits.
    pub size: u64,
    /// Last change, in seconds since 1970.
    pub mtime: i64,
}

impl RemoteStat {
    /// Whether it is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.mode & KIND_MASK == DIRECTORY
    }

    /// Whether it is a plain file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.mode & KIND_MASK == REGULAR_FILE
    }
}

impl From<Status> for RemoteStat {
    fn from(status: Status) -> Self {
        Self { mode: status.mode, size: status.size.into(), mtime: status.mtime.into() }
    }
}

impl From<StatusV2> for RemoteStat {
    fn from(status: StatusV2) -> Self {
        Self { mode: status.mode, size: status.size, mtime: status.mtime }
    }
}

/// A name in a directory of a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteEntry {
    /// The name alone, without a `/`; bytes that are not UTF-8 are replaced.
    pub name: String,
    /// What goes by it; a symbolic link is not followed.
    pub stat: RemoteStat,
}

impl Phone {
    /// What is at `path`; `None` if nothing is, or nothing that may be seen. A symbolic link is not followed.
    ///
    /// # Errors
    /// The phone is gone or not done in time.
    pub async fn stat(&self, path: &str, deadline: Deadline) -> Result<Option<RemoteStat>, AdbError> {
        let attempt = || format!("look at `{}`", shorten(path));
        let work = async { Session::open(&self.inner.transport).await?.stat(path).await };
        self.within(deadline, attempt, work).await
    }

    /// What is in the directory `path`, without `.` and `..`, in no order.
    ///
    /// # Errors
    /// `path` is no directory, the phone is gone or not done in time.
    pub async fn list(&self, path: &str, deadline: Deadline) -> Result<Vec<RemoteEntry>, AdbError> {
        let attempt = || format!("list `{}`", shorten(path));
        let work = async {
            let mut session = Session::open(&self.inner.transport).await?;
            // adbd lists what is not there as an empty directory. With the slash a link is followed.
            match session.stat(&format!("{path}/")).await? {
                Some(found) if found.is_directory() => session.list(path).await,
                _ => Err(AdbCause::Rejected("there is no such directory".to_owned())),
            }
        };
        self.within(deadline, attempt, work).await
    }

    /// Stores what `source` gives as the file `path`, whose folder is made if need be. It is written beside the path
    /// under a name of its own and then renamed, so that nobody on the phone ever sees a part of it; when it fails
    /// or is dropped, the part is removed; only a lost connection leaves it (`.tikmatrix-….part`). `progress` is told
    /// the bytes of the source handed over so far.
    ///
    /// ADB cannot go on with a file where it stopped: after a failure the file is sent anew.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use tikmatrix_virtual_phone::{Farm, FarmOptions};
    /// # let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
    /// # let address = farm.phones()[0].address().to_string();
    /// use std::time::Duration;
    /// use tikmatrix_device::phone::{Deadline, Phone, PushOptions};
    ///
    /// let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(5))).await?;
    /// let (video, path) = (&b"not much of a video"[..], "/sdcard/Movies/a.mp4");
    /// let deadline = Deadline::after(Duration::from_secs(60));
    /// phone.push(video, path, PushOptions::default(), |sent| println!("{sent} bytes"), deadline).await?;
    /// assert_eq!(phone.stat(path, deadline).await?.map(|file| file.size), Some(19));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The phone's own words if it cannot store it, `path` is a directory, `source` fails, the phone is gone or not
    /// done in time.
    pub async fn push<R>(
        &self,
        source: R,
        path: &str,
        options: PushOptions,
        mut progress: impl FnMut(u64),
        deadline: Deadline,
    ) -> Result<(), AdbError>
    where
        R: AsyncRead + Unpin,
    {
        let attempt = || format!("push to `{}`", shorten(path));
        if let Mode::Playing(player) = &self.mode {
            let played = player.push(path).await;
            return played.map_err(|cause| AdbError::new(&self.inner.name, attempt(), cause));
        }
        let mut sent = 0;
        let count = |so_far: u64| {
            sent = so_far;
            progress(so_far);
        };
        let work = transfer::push(&self.inner.transport, source, path, options, count);
        let result = self.within(deadline, attempt, work).await;
        if let Mode::Recording(recorder) = &self.mode {
            recorder.push(path, sent, &result);
        }
        result
    }

    /// Writes the phone's file `path` to `sink`, flushes it and gives the file's length in bytes. A plain file that comes
    /// shorter than the phone says it is has lost something on its way; one that comes longer grew while it was read.
    /// What is under `/proc`, `/sys` and `/config` has no size to go by, nor has a symbolic link.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use tikmatrix_virtual_phone::{Farm, FarmOptions};
    /// # let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
    /// # let address = farm.phones()[0].address().to_string();
    /// use std::time::Duration;
    /// use tikmatrix_device::phone::{Deadline, Phone};
    ///
    /// let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(5))).await?;
    /// # phone.shell("echo hello > /sdcard/hello.txt", Deadline::after(Duration::from_secs(5))).await?;
    /// let mut file = Vec::new();
    /// let length = phone.pull("/sdcard/hello.txt", &mut file, Deadline::after(Duration::from_secs(60))).await?;
    /// assert_eq!((length, file.as_slice()), (6, &b"hello\n"[..]));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The phone's own words if it cannot read it, less came than it has, `sink` fails, the phone is gone or not done in
    /// time.
    pub async fn pull<W>(&self, path: &str, sink: W, deadline: Deadline) -> Result<u64, AdbError>
    where
        W: AsyncWrite + Unpin,
    {
        self.pull_with(path, sink, Compression::Auto, |_| {}, deadline).await
    }

    /// As [`Phone::pull`], packed on its way as `compression` says. `progress` is told the bytes written so far.
    ///
    /// # Errors
    /// As [`Phone::pull`].
    pub async fn pull_with<W>(
        &self,
        path: &str,
        sink: W,
        compression: Compression,
        progress: impl FnMut(u64),
        deadline: Deadline,
    ) -> Result<u64, AdbError>
    where
        W: AsyncWrite + Unpin,
    {
        let attempt = || format!("pull `{}`", shorten(path));
        let work = transfer::pull(&self.inner.transport, path, None, sink, compression, progress);
        self.within(deadline, attempt, work).await
    }
}
