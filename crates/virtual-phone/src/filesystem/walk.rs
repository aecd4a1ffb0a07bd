//! Resolving paths: links, `.` and `..` followed as the kernel does, with its limits.

use super::error::FileError;
use super::node::{Content, NodeId};
use super::path::{MAX_NAME_BYTES, MAX_PATH_BYTES, split_last};
use super::tree::Tree;

/// `MAXSYMLINKS`: links on the way of one path.
const MAX_LINKS: u32 = 40;

/// Resolves `path`; with `follow`, a link at its end too.
pub(super) fn find(tree: &Tree, path: &str, follow: bool) -> Result<NodeId, FileError> {
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
    let mut trail = vec![Tree::ROOT];
    let mut links = 0;
    while let Some(name) = ahead.pop() {
        let here = trail.last().copied().unwrap_or(Tree::ROOT);
        let child = match name.as_str() {
            ".." => {
                if trail.len() > 1 {
                    trail.pop();
                }
                continue;
            }
            _ => tree.child(here, &name)?,
        };
        match &tree.node(child)?.content {
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
    let found = trail.last().copied().unwrap_or(Tree::ROOT);
    if wants_directory {
        tree.node(found)?.children()?;
    }
    Ok(found)
}

/// The directory in which `path` is, or would be, and its name there.
pub(super) fn find_parent<'a>(tree: &Tree, path: &'a str) -> Result<(NodeId, &'a str), FileError> {
    let (parent, name) = split_last(path).ok_or(FileError::Exists)?;
    if name.len() > MAX_NAME_BYTES {
        return Err(FileError::NameTooLong);
    }
    if name.is_empty() || name == "." || name == ".." {
        return Err(FileError::InvalidArgument);
    }
    let parent = find(tree, parent, true)?;
    tree.node(parent)?.children()?;
    Ok((parent, name))
}

/// The directories that `path` names and that do not exist, the lowest first.
pub(super) fn missing_directories<'a>(tree: &Tree, path: &'a str) -> Result<Vec<&'a str>, FileError> {
    if path.len() > MAX_PATH_BYTES {
        return Err(FileError::NameTooLong);
    }
    let mut missing = Vec::new();
    let mut above = path.trim_end_matches('/');
    loop {
        match find(tree, if above.is_empty() { "/" } else { above }, true) {
            Ok(found) => {
                tree.node(found)?.children()?;
                return Ok(missing);
            }
            Err(FileError::NotFound) => missing.push(above),
            Err(error) => return Err(error),
        }
        above = split_last(above).ok_or(FileError::NotFound)?.0;
    }
}

/// The names in a path, last first; `.` and empty ones left out.
fn components(path: &str) -> Vec<String> {
    path.rsplit('/').filter(|name| !name.is_empty() && *name != ".").map(str::to_owned).collect()
}
