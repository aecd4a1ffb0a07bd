//! Creating and writing files and directories, which sets their times and takes of the capacity.

use std::collections::BTreeMap;

use super::error::FileError;
use super::node::{Access, Content, Node, NodeId, SHELL_USER};
use super::space::Space;
use super::tree::Tree;
use super::walk;

/// Changes of the files at one moment.
pub struct Writer<'a> {
    pub(super) tree: &'a mut Tree,
    pub(super) space: &'a mut Space,
    /// Seconds since 1970.
    pub(super) now: i64,
}

impl Writer<'_> {
    /// Creates an empty directory.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn make_directory(&mut self, path: &str, permissions: u32) -> Result<(), FileError> {
        self.insert(path, Content::Directory(BTreeMap::new()), permissions).map(|_| ())
    }

    /// Creates a directory and the missing ones above it. An existing one is no error.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn make_directories(&mut self, path: &str, permissions: u32) -> Result<(), FileError> {
        let missing = walk::missing_directories(self.tree, path)?;
        missing.iter().rev().try_for_each(|path| self.make_directory(path, permissions))
    }

    /// Creates an empty file, or empties an existing one, and opens it for [`Self::append`].
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn create(&mut self, path: &str, permissions: u32) -> Result<NodeId, FileError> {
        match walk::find(self.tree, path, true) {
            Ok(id) => {
                let node = self.tree.node_mut(id)?;
                node.check(Access::Write)?;
                node.truncate(self.now, self.space)?;
                Ok(id)
            }
            Err(FileError::NotFound) if path.ends_with('/') => Err(FileError::IsADirectory),
            Err(FileError::NotFound) => self.insert(path, Content::File(Vec::new()), permissions),
            Err(error) => Err(error),
        }
    }

    /// Opens the file at `path` for [`Self::append`], and creates it when it is missing.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn open_append(&mut self, path: &str, permissions: u32) -> Result<NodeId, FileError> {
        let Ok(id) = walk::find(self.tree, path, true) else {
            return self.create(path, permissions);
        };
        let node = self.tree.node(id)?;
        if matches!(node.content, Content::Directory(_) | Content::Link(_)) {
            return Err(FileError::IsADirectory);
        }
        node.check(Access::Write)?;
        Ok(id)
    }

    /// Appends bytes to an open file.
    ///
    /// # Errors
    /// [`FileError::NoSpace`] when they do not fit (nothing is written), [`FileError::NotFound`] when it was removed.
    pub fn append(&mut self, id: NodeId, bytes: &[u8]) -> Result<(), FileError> {
        self.tree.node_mut(id)?.append(bytes, self.now, self.space)
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let id = self.create(path, 0o660)?;
        self.append(id, bytes)
    }

    fn insert(&mut self, path: &str, content: Content, permissions: u32) -> Result<NodeId, FileError> {
        let (parent, name) = walk::find_parent(self.tree, path)?;
        match self.tree.child(parent, name) {
            Err(FileError::NotFound) => {}
            Ok(_) => return Err(FileError::Exists),
            Err(error) => return Err(error),
        }
        self.tree.node(parent)?.check(Access::Write)?;
        let node = Node { content, permissions: permissions & 0o7777, owner: SHELL_USER, modified: self.now };
        self.space.take(node.cost())?;
        Ok(self.tree.add(parent, name, node))
    }
}
