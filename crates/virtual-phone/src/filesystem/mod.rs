//! A file system in memory: directories, files, links, modes and times. Its capacity is fixed, so that no push can
//! exhaust the machine.

mod error;
mod fresh;
mod node;
mod path;
mod space;
mod system;
mod tree;
mod walk;
mod writer;

pub use error::FileError;
pub use node::{Metadata, NodeId};
pub(crate) use path::{join, last_name, split_last};
pub use space::Space;
pub use writer::Writer;

use node::{Access, Node, SHELL_USER};
use system::System;
use tree::Tree;

/// The files of one phone, as the shell's user may read and change them. All paths are absolute.
#[derive(Debug)]
pub struct FileSystem {
    tree: Tree,
    space: Space,
}

impl FileSystem {
    /// The files of a freshly started phone, with room for `capacity` bytes.
    #[must_use]
    pub fn new(capacity: u64, now: i64) -> Self {
        let tree = fresh::tree(now);
        Self { space: Space::new(tree.cost(), capacity), tree }
    }

    /// How much of the capacity is in use.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The files as the system changes them.
    pub(crate) fn system(&mut self) -> System<'_> {
        System::new(&mut self.tree)
    }

    /// Creates and writes files at the time `now`, in seconds since 1970.
    pub fn writer(&mut self, now: i64) -> Writer<'_> {
        Writer { tree: &mut self.tree, space: &mut self.space, now }
    }

    /// The metadata of `path`; with `follow`, of the target of a link.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn metadata(&self, path: &str, follow: bool) -> Result<Metadata, FileError> {
        let id = walk::find(&self.tree, path, follow)?;
        Ok(self.tree.node(id)?.metadata(id))
    }

    /// The bytes of the file at `path`.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn read(&self, path: &str) -> Result<&[u8], FileError> {
        let node = self.tree.node(walk::find(&self.tree, path, true)?)?;
        node.check(Access::Read)?;
        node.bytes()
    }

    /// The bytes of an open file, also after it was moved.
    ///
    /// # Errors
    /// [`FileError::NotFound`] when it was removed, [`FileError::IsADirectory`] when it is one.
    pub fn content(&self, id: NodeId) -> Result<&[u8], FileError> {
        self.tree.node(id)?.bytes()
    }

    /// The entries of the directory at `path`, in order, each with the metadata of `lstat`.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn list(&self, path: &str) -> Result<Vec<(String, Metadata)>, FileError> {
        let node = self.tree.node(walk::find(&self.tree, path, true)?)?;
        let children = node.children()?;
        node.check(Access::Read)?;
        children.iter().map(|(name, id)| Ok((name.clone(), self.tree.node(*id)?.metadata(*id)))).collect()
    }

    /// The target of the link at `path`.
    ///
    /// # Errors
    /// [`FileError::InvalidArgument`] when it is not a link; else as on a phone.
    pub fn link_target(&self, path: &str) -> Result<&str, FileError> {
        self.tree.node(walk::find(&self.tree, path, false)?)?.link_target()
    }

    /// The path of the target of `path`, without links, `.` and `..`.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn real_path(&self, path: &str) -> Result<String, FileError> {
        self.tree.path(walk::find(&self.tree, path, true)?)
    }

    /// Removes a file, a link or an empty directory.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let (parent, name) = walk::find_parent(&self.tree, path)?;
        let id = self.tree.child(parent, name)?;
        if self.tree.node(id)?.children().is_ok_and(|children| !children.is_empty()) {
            return Err(FileError::NotEmpty);
        }
        self.tree.node(parent)?.check(Access::Write)?;
        if let Some(node) = self.tree.remove(parent, name) {
            self.space.release(node.cost());
        }
        Ok(())
    }

    /// Moves a file or a directory with its content, and replaces a file at the new path.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        let (old_parent, old_name) = walk::find_parent(&self.tree, from)?;
        let id = self.tree.child(old_parent, old_name)?;
        let (new_parent, new_name) = walk::find_parent(&self.tree, to)?;
        if self.tree.is_within(new_parent, id) {
            return Err(FileError::InvalidArgument);
        }
        match self.tree.child(new_parent, new_name) {
            Ok(same) if same == id => return Ok(()),
            Ok(_) => self.remove(to)?,
            Err(FileError::NotFound) => {}
            Err(error) => return Err(error),
        }
        self.tree.node(new_parent)?.check(Access::Write)?;
        self.tree.node(old_parent)?.check(Access::Write)?;
        self.tree.detach(old_parent, old_name);
        self.tree.attach(new_parent, new_name, id);
        Ok(())
    }

    /// Sets the permission bits of the target of `path`.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn set_permissions(&mut self, path: &str, permissions: u32) -> Result<(), FileError> {
        self.owned(path)?.permissions = permissions & 0o7777;
        Ok(())
    }

    /// Sets the time of the last change, in seconds since 1970, of the target of `path`.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn set_modified(&mut self, path: &str, modified: i64) -> Result<(), FileError> {
        self.owned(path)?.modified = modified;
        Ok(())
    }

    fn owned(&mut self, path: &str) -> Result<&mut Node, FileError> {
        let id = walk::find(&self.tree, path, true)?;
        let node = self.tree.node_mut(id)?;
        if node.owner == SHELL_USER { Ok(node) } else { Err(FileError::PermissionDenied) }
    }
}
