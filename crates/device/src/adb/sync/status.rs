//! The status of a path in both versions of the protocol: 12 bytes with 32-bit fields, or 68 bytes.

use bytes::{Buf, BufMut};

/// Version 1. All zeros mean that the path does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// Kind and permissions, as `st_mode`.
    pub mode: u32,
    /// Bytes, cut to 32 bits.
    pub size: u32,
    /// Last change, in seconds since 1970.
    pub mtime: u32,
}

impl Status {
    pub(super) const LEN: usize = 12;

    pub(super) fn take(bytes: &mut &[u8]) -> Self {
        Self { mode: bytes.get_u32_le(), size: bytes.get_u32_le(), mtime: bytes.get_u32_le() }
    }

    pub(super) fn put(&self, bytes: &mut impl BufMut) {
        for number in [self.mode, self.size, self.mtime] {
            bytes.put_u32_le(number);
        }
    }
}

/// Version 2 (`stat_v2`, `ls_v2`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatusV2 {
    /// The phone's `errno`; 0 if the rest is valid.
    pub error: u32,
    /// The device (`st_dev`).
    pub device: u64,
    /// The inode number (`st_ino`).
    pub inode: u64,
    /// Kind and permissions, as `st_mode`.
    pub mode: u32,
    /// The number of hard links.
    pub links: u32,
    /// The owner.
    pub user: u32,
    /// The group.
    pub group: u32,
    /// Bytes.
    pub size: u64,
    /// Last read, in seconds since 1970.
    pub atime: i64,
    /// Last change, in seconds since 1970.
    pub mtime: i64,
    /// Last change of the status, in seconds since 1970.
    pub ctime: i64,
}

impl StatusV2 {
    pub(super) const LEN: usize = 68;

    pub(super) fn take(bytes: &mut &[u8]) -> Self {
        Self {
            error: bytes.get_u32_le(),
            device: bytes.get_u64_le(),
            inode: bytes.get_u64_le(),
            mode: bytes.get_u32_le(),
            links: bytes.get_u32_le(),
            user: bytes.get_u32_le(),
            group: bytes.get_u32_le(),
            size: bytes.get_u64_le(),
            atime: bytes.get_i64_le(),
            mtime: bytes.get_i64_le(),
            ctime: bytes.get_i64_le(),
        }
    }

    pub(super) fn put(&self, bytes: &mut impl BufMut) {
        bytes.put_u32_le(self.error);
        bytes.put_u64_le(self.device);
        bytes.put_u64_le(self.inode);
        for number in [self.mode, self.links, self.user, self.group] {
            bytes.put_u32_le(number);
        }
        bytes.put_u64_le(self.size);
        for moment in [self.atime, self.mtime, self.ctime] {
            bytes.put_i64_le(moment);
        }
    }
}
