//! Changes of the file system: creating, writing, moving, removing. Each keeps the count of bytes in use.

use std::collections::BTreeMap;

use super::error::FileError;
use super::node::{Content, Node, NodeId, SHELL_USER};
use super::path::{MAX_PATH_BYTES, split_last};
use super::{FileSystem, NODE_COST};

impl FileSystem {
    /// Creates an empty directory.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn make_directory(&mut self, path: &str, permissions: u32, now: i64) -> Result<(), FileError> {
        let (parent, name) = self.find_parent(path)?;
        self.insert(parent, name, Content::Directory(BTreeMap::new()), permissions, now).map(|_| ())
    }

    /// Creates a directory and the missing ones above it. An existing one is no error.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn make_directories(&mut self, path: &str, permissions: u32, now: i64) -> Result<(), FileError> {
        if path.len() > MAX_PATH_BYTES {
            return Err(FileError::NameTooLong);
        }
        let mut missing = Vec::new();
        let mut above = path.trim_end_matches('/');
        loop {
            match self.metadata(if above.is_empty() { "/" } else { above }, true) {
                Ok(found) if found.is_directory() => break,
                Ok(_) => return Err(FileError::NotADirectory),
                Err(FileError::NotFound) => missing.push(above),
                Err(error) => return Err(error),
            }
            above = split_last(above).ok_or(FileError::NotFound)?.0;
        }
        missing.iter().rev().try_for_each(|path| self.make_directory(path, permissions, now))
    }

    /// Creates an empty file, or empties an existing one, and opens it for [`Self::append`].
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn create(&mut self, path: &str, permissions: u32, now: i64) -> Result<NodeId, FileError> {
        match self.find(path, true) {
            Ok(id) => {
                let node = self.node_mut(id)?;
                if !node.may(2) {
                    return Err(FileError::PermissionDenied);
                }
                let freed = match &mut node.content {
                    Content::File(bytes) => std::mem::take(bytes).len() as u64,
                    Content::Null => 0,
                    _ => return Err(FileError::IsADirectory),
                };
                node.modified = now;
                self.used -= freed;
                Ok(id)
            }
            Err(FileError::NotFound) if path.ends_with('/') => Err(FileError::IsADirectory),
            Err(FileError::NotFound) => {
                let (parent, name) = self.find_parent(path)?;
                self.insert(parent, name, Content::File(Vec::new()), permissions, now)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens the file at `path` for [`Self::append`], and creates it when it is missing.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn open_append(&mut self, path: &str, permissions: u32, now: i64) -> Result<NodeId, FileError> {
        let Ok(id) = self.find(path, true) else { return self.create(path, permissions, now) };
        let node = self.node(id)?;
        match node.content {
            Content::Directory(_) | Content::Link(_) => Err(FileError::IsADirectory),
            _ if node.may(2) => Ok(id),
            _ => Err(FileError::PermissionDenied),
        }
    }

    /// Appends bytes to an open file.
    ///
    /// # Errors
    /// [`FileError::NoSpace`] when they do not fit (nothing is written), [`FileError::NotFound`] when it was removed.
    pub fn append(&mut self, id: NodeId, bytes: &[u8], now: i64) -> Result<(), FileError> {
        let more = bytes.len() as u64;
        let free = self.capacity.saturating_sub(self.used);
        let node = self.node_mut(id)?;
        match &mut node.content {
            Content::File(_) if more > free => return Err(FileError::NoSpace),
            Content::File(content) => content.extend_from_slice(bytes),
            Content::Null => return Ok(()),
            _ => return Err(FileError::IsADirectory),
        }
        node.modified = now;
        self.used += more;
        Ok(())
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn write(&mut self, path: &str, bytes: &[u8], now: i64) -> Result<(), FileError> {
        let id = self.create(path, 0o660, now)?;
        self.append(id, bytes, now)
    }

    /// Removes a file, a link or an empty directory.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let (parent, name) = self.find_parent(path)?;
        let id = self.child(parent, name)?;
        if let Content::Directory(children) = &self.node(id)?.content
            && !children.is_empty()
        {
            return Err(FileError::NotEmpty);
        }
        self.unhook(parent, name)?;
        self.forget(id);
        Ok(())
    }

    /// Moves a file or a directory with its content, and replaces a file at the new path.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        let (old_parent, old_name) = self.find_parent(from)?;
        let id = self.child(old_parent, old_name)?;
        let (new_parent, new_name) = self.find_parent(to)?;
        if self.is_within(new_parent, id) {
            return Err(FileError::InvalidArgument);
        }
        match self.child(new_parent, new_name) {
            Ok(same) if same == id => return Ok(()),
            Ok(_) => self.remove(to)?,
            Err(FileError::NotFound) => {}
            Err(error) => return Err(error),
        }
        if !self.node(new_parent)?.may(2) {
            return Err(FileError::PermissionDenied);
        }
        self.unhook(old_parent, old_name)?;
        if let Content::Directory(children) = &mut self.node_mut(new_parent)?.content {
            children.insert(new_name.to_owned(), id);
        }
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
        let id = self.find(path, true)?;
        let node = self.node_mut(id)?;
        if node.owner == SHELL_USER { Ok(node) } else { Err(FileError::PermissionDenied) }
    }

    fn insert(
        &mut self,
        parent: NodeId,
        name: &str,
        content: Content,
        permissions: u32,
        now: i64,
    ) -> Result<NodeId, FileError> {
        match self.child(parent, name) {
            Err(FileError::NotFound) => {}
            Ok(_) => return Err(FileError::Exists),
            Err(error) => return Err(error),
        }
        if !self.node(parent)?.may(2) {
            return Err(FileError::PermissionDenied);
        }
        if self.used + NODE_COST > self.capacity {
            return Err(FileError::NoSpace);
        }
        let id = self.new_id();
        self.nodes.insert(
            id,
            Node { content, permissions: permissions & 0o7777, owner: SHELL_USER, modified: now },
        );
        self.used += NODE_COST;
        if let Content::Directory(children) = &mut self.node_mut(parent)?.content {
            children.insert(name.to_owned(), id);
        }
        Ok(id)
    }

    fn unhook(&mut self, parent: NodeId, name: &str) -> Result<(), FileError> {
        let node = self.node_mut(parent)?;
        if !node.may(2) {
            return Err(FileError::PermissionDenied);
        }
        if let Content::Directory(children) = &mut node.content {
            children.remove(name);
        }
        Ok(())
    }

    fn forget(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.remove(&id) {
            let content = if matches!(node.content, Content::File(_)) { node.size() } else { 0 };
            let cost = if node.owner == SHELL_USER { NODE_COST } else { 0 };
            self.used = self.used.saturating_sub(content + cost);
        }
    }

    /// Whether `inner` is `outer` or below it.
    fn is_within(&self, inner: NodeId, outer: NodeId) -> bool {
        let mut open = vec![outer];
        while let Some(id) = open.pop() {
            if id == inner {
                return true;
            }
            if let Ok(Node { content: Content::Directory(children), .. }) = self.node(id) {
                open.extend(children.values());
            }
        }
        false
    }
}
