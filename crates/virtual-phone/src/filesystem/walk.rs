//! Resolving paths: links, `.` and `..` followed as the kernel does, with its limits.

use super::FileSystem;
use super::error::FileError;
use super::node::{Content, NodeId};
use super::path::{MAX_NAME_BYTES, MAX_PATH_BYTES, split_last};

/// `MAXSYMLINKS`: links on the way of one path.
const MAX_LINKS: u32 = 40;

impl FileSystem {
    /// Resolves `path`; with `follow`, a link at its end too.
    pub(super) fn find(&self, path: &str, follow: bool) -> Result<NodeId, FileError> {
        if path.is_empty() {
            return Err(FileError::NotFound);
        }
        if !path.starts_with('/') {
            return Err(FileError::InvalidArgument);
        }
        if path.len() > MAX_PATH_BYTES {
            return Err(FileError::NameTooLong);
        }
        let wants_directory = path.ends_with('/');
        let mut ahead: Vec<String> = components(path);
        let mut trail = vec![self.root];
        let mut links = 0;
        while let Some(name) = ahead.pop() {
            let here = trail.last().copied().unwrap_or(self.root);
            let child = match name.as_str() {
                ".." => {
                    if trail.len() > 1 {
                        trail.pop();
                    }
                    continue;
                }
                _ => self.child(here, &name)?,
            };
            let node = self.node(child)?;
            match &node.content {
                Content::Link(target) if follow || !ahead.is_empty() || wants_directory => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(FileError::TooManyLinks);
                    }
                    if target.starts_with('/') {
                        trail.truncate(1);
                    }
                    ahead.extend(components(target));
                }
                _ => trail.push(child),
            }
        }
        let found = trail.last().copied().unwrap_or(self.root);
        if wants_directory && !matches!(self.node(found)?.content, Content::Directory(_)) {
            return Err(FileError::NotADirectory);
        }
        Ok(found)
    }

    /// The path of the target of `path`, without links, `.` and `..`.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn real_path(&self, path: &str) -> Result<String, FileError> {
        let mut id = self.find(path, true)?;
        let mut names = Vec::new();
        while id != self.root {
            let holder = self.nodes.iter().find_map(|(parent, node)| match &node.content {
                Content::Directory(children) => {
                    children.iter().find(|(_, child)| **child == id).map(|(name, _)| (*parent, name))
                }
                _ => None,
            });
            let (parent, name) = holder.ok_or(FileError::NotFound)?;
            names.push(name.as_str());
            id = parent;
        }
        names.reverse();
        Ok(format!("/{}", names.join("/")))
    }

    /// The directory in which `path` is, or would be, and its name there.
    pub(super) fn find_parent<'a>(&self, path: &'a str) -> Result<(NodeId, &'a str), FileError> {
        let (parent, name) = split_last(path).ok_or(FileError::Exists)?;
        if name.len() > MAX_NAME_BYTES {
            return Err(FileError::NameTooLong);
        }
        if name.is_empty() || name == "." || name == ".." {
            return Err(FileError::InvalidArgument);
        }
        let parent = self.find(parent, true)?;
        match self.node(parent)?.content {
            Content::Directory(_) => Ok((parent, name)),
            _ => Err(FileError::NotADirectory),
        }
    }

    pub(super) fn child(&self, directory: NodeId, name: &str) -> Result<NodeId, FileError> {
        let node = self.node(directory)?;
        let Content::Directory(children) = &node.content else { return Err(FileError::NotADirectory) };
        if !node.may(1) {
            return Err(FileError::PermissionDenied);
        }
        children.get(name).copied().ok_or(FileError::NotFound)
    }
}

/// The names in a path, last first; `.` and empty ones left out.
fn components(path: &str) -> Vec<String> {
    path.rsplit('/').filter(|name| !name.is_empty() && *name != ".").map(str::to_owned).collect()
}
