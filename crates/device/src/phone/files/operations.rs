//! Files to and from a phone through `sync:`, in version 2 where the phone has it and else in version 1.

use tokio::io::{AsyncRead, AsyncWrite};

use super::packing::Compression;
use super::remote_file::{PushOptions, RemoteEntry, RemoteStat};
use super::session::Session;
use super::transfer;
use crate::adb::error::{AdbCause, AdbError, shorten};
use crate::deadline::Deadline;
use crate::phone::link::Link;

/// The files of a phone.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    pub(in crate::phone) link: &'a Link,
}

impl Files<'_> {
    /// Returns the status of `path`; `None` if it does not exist or may not be seen. A symbolic link is not followed.
    ///
    /// # Errors
    /// The phone is gone or does not answer in time.
    pub async fn stat(self, path: &str, deadline: Deadline) -> Result<Option<RemoteStat>, AdbError> {
        let attempt = || format!("stat `{}`", shorten(path));
        let work = async { Session::open(self.link.adb()?).await?.stat(path).await };
        self.link.within(deadline, attempt, work).await
    }

    /// Lists the directory `path`, without `.` and `..`, in no order.
    ///
    /// # Errors
    /// `path` is not a directory, the phone is gone or not done in time.
    pub async fn list(self, path: &str, deadline: Deadline) -> Result<Vec<RemoteEntry>, AdbError> {
        let attempt = || format!("list `{}`", shorten(path));
        let work = async {
            let mut session = Session::open(self.link.adb()?).await?;
            // adbd lists a missing directory as an empty one. With the slash a link is followed.
            match session.stat(&format!("{path}/")).await? {
                Some(found) if found.is_directory() => session.list(path).await,
                _ => Err(AdbCause::Rejected("there is no such directory".to_owned())),
            }
        };
        self.link.within(deadline, attempt, work).await
    }

    /// Stores the content of `source` as the file `path`, whose folder is created if missing. It is written under a temporary
    /// name beside the path and then renamed, so that no program on the phone sees a part of it. When the push fails or is
    /// dropped, the part is removed; only a lost connection leaves it (`.tikmatrix-….part`). `progress` is called with the
    /// bytes of the source that were sent so far.
    ///
    /// ADB cannot resume a file: after a failure it is sent from the start.
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
    /// phone.files().push(video, path, PushOptions::default(), |sent| println!("{sent} bytes"), deadline).await?;
    /// assert_eq!(phone.stat(path, deadline).await?.map(|file| file.size), Some(19));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The phone cannot store it, `path` is a directory, `source` fails, the phone is gone or does not
    /// answer in time.
    pub async fn push<R>(
        self,
        mut source: R,
        path: &str,
        options: PushOptions,
        mut progress: impl FnMut(u64) + Send,
        deadline: Deadline,
    ) -> Result<(), AdbError>
    where
        R: AsyncRead + Send + Unpin,
    {
        let pushed = self.link.transport.push(&mut source, path, options, &mut progress, deadline).await;
        pushed.map_err(|cause| self.link.error(format!("push to `{}`", shorten(path)), cause))
    }

    /// Writes the phone's file `path` to `sink`, flushes it and returns the file's length in bytes. A plain file that arrives
    /// shorter than its size lost data on its way, which is an error; one that arrives longer grew while it was read. Files
    /// under `/proc`, `/sys` and `/config`, and symbolic links, have no reliable size.
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
    /// let length = phone.files().pull("/sdcard/hello.txt", &mut file, Deadline::after(Duration::from_secs(60))).await?;
    /// assert_eq!((length, file.as_slice()), (6, &b"hello\n"[..]));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The phone cannot read it, it arrives incomplete, `sink` fails, the phone is gone or does not answer in
    /// time.
    pub async fn pull<W>(self, path: &str, sink: W, deadline: Deadline) -> Result<u64, AdbError>
    where
        W: AsyncWrite + Unpin,
    {
        self.pull_with(path, sink, Compression::Auto, |_| {}, deadline).await
    }

    /// Pulls as [`Files::pull`], with a given compression. `progress` is called with the bytes written so far.
    ///
    /// # Errors
    /// As [`Files::pull`].
    pub async fn pull_with<W>(
        self,
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
        let work = async { transfer::pull(self.link.adb()?, path, None, sink, compression, progress).await };
        self.link.within(deadline, attempt, work).await
    }
}
