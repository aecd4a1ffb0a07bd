//! All files by number, and the directories that name them. Which user may do what is up to the callers, except that
//! a name is only found in a directory that may be searched.

use std::collections::{BTreeMap, HashMap};

use super::error::FileError;
use super::node::{Access, Content, Node, NodeId, ROOT_USER};

/// The directories and files below the root.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: HashMap<NodeId, Node>,
    next: u64,
}

impl Tree {
    pub(super) const ROOT: NodeId = NodeId(1);

    /// Creates a tree of nothing but its root.
    pub(super) fn new(now: i64) -> Self {
        let content = Content::Directory(BTreeMap::new());
        let root = Node { content, permissions: 0o755, owner: ROOT_USER, modified: now };
        Self { nodes: HashMap::from([(Self::ROOT, root)]), next: Self::ROOT.0 + 1 }
    }

    /// The bytes that all nodes take of the capacity.
    pub(super) fn cost(&self) -> u64 {
        self.nodes.values().map(Node::cost).sum()
    }

    pub(super) fn node(&self, id: NodeId) -> Result<&Node, FileError> {
        self.nodes.get(&id).ok_or(FileError::NotFound)
    }

    pub(super) fn node_mut(&mut self, id: NodeId) -> Result<&mut Node, FileError> {
        self.nodes.get_mut(&id).ok_or(FileError::NotFound)
    }

    /// Looks a name up in a directory.
    pub(super) fn child(&self, directory: NodeId, name: &str) -> Result<NodeId, FileError> {
        let node = self.node(directory)?;
        let children = node.children()?;
        node.check(Access::Search)?;
        children.get(name).copied().ok_or(FileError::NotFound)
    }

    /// Adds a node to a directory.
    pub(super) fn add(&mut self, directory: NodeId, name: &str, node: Node) -> NodeId {
        let id = NodeId(self.next);
        self.next += 1;
        self.nodes.insert(id, node);
        self.attach(directory, name, id);
        id
    }

    /// Names a node in a directory.
    pub(super) fn attach(&mut self, directory: NodeId, name: &str, id: NodeId) {
        if let Some(children) = self.children_mut(directory) {
            children.insert(name.to_owned(), id);
        }
    }

    /// Takes a name out of a directory; its node stays.
    pub(super) fn detach(&mut self, directory: NodeId, name: &str) -> Option<NodeId> {
        self.children_mut(directory)?.remove(name)
    }

    /// Removes a name with its node.
    pub(super) fn remove(&mut self, directory: NodeId, name: &str) -> Option<Node> {
        let id = self.detach(directory, name)?;
        self.nodes.remove(&id)
    }

    /// Whether `inner` is `outer` or below it.
    pub(super) fn is_within(&self, inner: NodeId, outer: NodeId) -> bool {
        let mut open = vec![outer];
        while let Some(id) = open.pop() {
            if id == inner {
                return true;
            }
            if let Ok(children) = self.node(id).and_then(Node::children) {
                open.extend(children.values());
            }
        }
        false
    }

    /// The path of a node, without links, `.` and `..`.
    pub(super) fn path(&self, mut id: NodeId) -> Result<String, FileError> {
        let mut names = Vec::new();
        while id != Self::ROOT {
            let (directory, name) = self.place(id).ok_or(FileError::NotFound)?;
            names.push(name);
            id = directory;
        }
        names.reverse();
        Ok(format!("/{}", names.join("/")))
    }

    /// The directory that names a node, and the name.
    fn place(&self, id: NodeId) -> Option<(NodeId, &str)> {
        self.nodes.iter().find_map(|(directory, node)| {
            let (name, _) = node.children().ok()?.iter().find(|(_, child)| **child == id)?;
            Some((*directory, name.as_str()))
        })
    }

    fn children_mut(&mut self, directory: NodeId) -> Option<&mut BTreeMap<String, NodeId>> {
        match &mut self.nodes.get_mut(&directory)?.content {
            Content::Directory(children) => Some(children),
            _ => None,
        }
    }
}
