//! One file, directory or link, and its metadata. Its name is in the directory above.

use std::collections::BTreeMap;

use super::error::FileError;
use super::space::Space;

/// The user that `adb shell` runs as (AID_SHELL in `android_filesystem_config.h`).
pub(crate) const SHELL_USER: u32 = 2000;
/// The user that owns the system.
pub(crate) const ROOT_USER: u32 = 0;

/// The bytes that a file costs besides its content, so that empty files are not free.
const NODE_COST: u64 = 512;

const TYPE_DIRECTORY: u32 = 0o040_000;
const TYPE_DEVICE: u32 = 0o020_000;
const TYPE_FILE: u32 = 0o100_000;
const TYPE_LINK: u32 = 0o120_000;
const TYPE_MASK: u32 = 0o170_000;

/// A file's number, which a move does not change and which is never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u64);

impl NodeId {
    /// The inode number as `stat` shows it.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

#[derive(Debug)]
pub(super) enum Content {
    Directory(BTreeMap<String, NodeId>),
    File(Vec<u8>),
    Link(String),
    /// `/dev/null`: reads as empty, discards what is written.
    Null,
}

/// What the shell's user wants with a node, by its permission bit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Access {
    Search = 1,
    Write = 2,
    Read = 4,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) content: Content,
    /// Permission bits, without the type.
    pub(super) permissions: u32,
    pub(super) owner: u32,
    /// Seconds since 1970.
    pub(super) modified: i64,
}

impl Node {
    /// Refuses what the permissions do not allow.
    pub(super) fn check(&self, access: Access) -> Result<(), FileError> {
        let shift = if self.owner == SHELL_USER { 6 } else { 0 };
        let is_allowed = (self.permissions >> shift) & access as u32 != 0;
        if is_allowed { Ok(()) } else { Err(FileError::PermissionDenied) }
    }

    /// The entries of a directory.
    pub(super) fn children(&self) -> Result<&BTreeMap<String, NodeId>, FileError> {
        match &self.content {
            Content::Directory(children) => Ok(children),
            _ => Err(FileError::NotADirectory),
        }
    }

    /// The bytes of a file.
    pub(super) fn bytes(&self) -> Result<&[u8], FileError> {
        match &self.content {
            Content::File(bytes) => Ok(bytes),
            Content::Null => Ok(&[]),
            Content::Directory(_) => Err(FileError::IsADirectory),
            Content::Link(_) => Err(FileError::InvalidArgument),
        }
    }

    /// The path in a link.
    pub(super) fn link_target(&self) -> Result<&str, FileError> {
        match &self.content {
            Content::Link(target) => Ok(target),
            _ => Err(FileError::InvalidArgument),
        }
    }

    /// Empties a file.
    pub(super) fn truncate(&mut self, now: i64, space: &mut Space) -> Result<(), FileError> {
        match &mut self.content {
            Content::File(bytes) => space.release(std::mem::take(bytes).len() as u64),
            Content::Null => {}
            Content::Directory(_) | Content::Link(_) => return Err(FileError::IsADirectory),
        }
        self.modified = now;
        Ok(())
    }

    /// Appends to a file, all or nothing.
    pub(super) fn append(&mut self, bytes: &[u8], now: i64, space: &mut Space) -> Result<(), FileError> {
        match &mut self.content {
            Content::File(content) => {
                space.take(bytes.len() as u64)?;
                content.extend_from_slice(bytes);
            }
            Content::Null => return Ok(()),
            Content::Directory(_) | Content::Link(_) => return Err(FileError::IsADirectory),
        }
        self.modified = now;
        Ok(())
    }

    /// The bytes that the node takes of the capacity. What belongs to the system takes none.
    pub(super) fn cost(&self) -> u64 {
        let content = if matches!(self.content, Content::File(_)) { self.size() } else { 0 };
        if self.owner == SHELL_USER { NODE_COST + content } else { 0 }
    }

    fn size(&self) -> u64 {
        match &self.content {
            Content::Directory(_) => 4096,
            Content::File(bytes) => bytes.len() as u64,
            Content::Link(target) => target.len() as u64,
            Content::Null => 0,
        }
    }

    fn type_bits(&self) -> u32 {
        match self.content {
            Content::Directory(_) => TYPE_DIRECTORY,
            Content::File(_) => TYPE_FILE,
            Content::Link(_) => TYPE_LINK,
            Content::Null => TYPE_DEVICE,
        }
    }

    pub(super) fn metadata(&self, id: NodeId) -> Metadata {
        Metadata {
            id,
            mode: self.type_bits() | self.permissions,
            owner: self.owner,
            size: self.size(),
            modified: self.modified,
        }
    }
}

/// The result of `stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// The file's number.
    pub id: NodeId,
    /// Type and permission bits, as in Linux' `st_mode`.
    pub mode: u32,
    /// The owner's user id; the group has the same.
    pub owner: u32,
    /// Bytes.
    pub size: u64,
    /// Last change of the content, in seconds since 1970.
    pub modified: i64,
}

impl Metadata {
    /// Whether this is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.mode & TYPE_MASK == TYPE_DIRECTORY
    }

    /// Whether this is a plain file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.mode & TYPE_MASK == TYPE_FILE
    }

    /// Whether this is a symbolic link.
    #[must_use]
    pub fn is_link(&self) -> bool {
        self.mode & TYPE_MASK == TYPE_LINK
    }
}
