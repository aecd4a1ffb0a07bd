//! The status of a file on a phone, and the options of a push.

use super::packing::Compression;
use crate::adb::sync::{Status, StatusV2};

const KIND_MASK: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;
pub(super) const REGULAR_FILE: u32 = 0o100_000;

/// How a pushed file is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushOptions {
    /// Its permissions, as in `chmod`. adbd copies the owner's to the group and others
    /// (`file_sync_service.cpp`).
    pub mode: u32,
    /// When it was last changed, in seconds since 1970.
    pub mtime: u32,
    /// Whether it is compressed on its way.
    pub compression: Compression,
}

impl Default for PushOptions {
    /// Readable by all, with the time 1970, compressed where that pays.
    fn default() -> Self {
        Self { mode: 0o644, mtime: 0, compression: Compression::Auto }
    }
}

/// The status of a path on a phone.
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
    /// Returns whether it is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.mode & KIND_MASK == DIRECTORY
    }

    /// Returns whether it is a plain file.
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
    /// Its status; a symbolic link is not followed.
    pub stat: RemoteStat,
}
