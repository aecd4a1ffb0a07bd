//! A file system in memory: directories, files, links, modes and times. Its capacity is fixed, so that no push can
//! exhaust the machine.

mod change;
mod error;
mod node;
mod path;
mod walk;

use std::collections::{BTreeMap, HashMap};

pub use error::FileError;
pub use node::{Metadata, NodeId};
pub(crate) use path::{join, last_name, split_last};

use node::{Content, Node, ROOT_USER, SHELL_USER};

/// The bytes that a file costs besides its content, so that empty files are not free.
const NODE_COST: u64 = 512;

/// The files of one phone. All paths are absolute.
#[derive(Debug)]
pub struct FileSystem {
    nodes: HashMap<NodeId, Node>,
    root: NodeId,
    next: u64,
    used: u64,
    capacity: u64,
}

impl FileSystem {
    /// The files of a freshly started phone, with room for `capacity` bytes.
    #[must_use]
    pub fn new(capacity: u64, now: i64) -> Self {
        let root = NodeId(1);
        let mut files = Self { nodes: HashMap::new(), root, next: 2, used: 0, capacity };
        let content = Content::Directory(BTreeMap::new());
        files.nodes.insert(root, Node { content, permissions: 0o755, owner: ROOT_USER, modified: now });
        for (path, permissions, owner) in DIRECTORIES {
            files.plant(path, Content::Directory(BTreeMap::new()), *permissions, *owner, now);
        }
        for (path, target) in LINKS {
            files.plant(path, Content::Link((*target).to_owned()), 0o777, ROOT_USER, now);
        }
        files.plant("/dev/null", Content::Null, 0o666, ROOT_USER, now);
        files
    }

    /// The bytes in use, by content and by the files themselves.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used
    }

    /// The bytes that can be in use.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// The metadata of `path`; with `follow`, of the target of a link.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn metadata(&self, path: &str, follow: bool) -> Result<Metadata, FileError> {
        let id = self.find(path, follow)?;
        Ok(self.node(id)?.metadata(id))
    }

    /// The bytes of the file at `path`.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn read(&self, path: &str) -> Result<&[u8], FileError> {
        let id = self.find(path, true)?;
        if !self.node(id)?.may(4) {
            return Err(FileError::PermissionDenied);
        }
        self.content(id)
    }

    /// The bytes of an open file, also after it was moved.
    ///
    /// # Errors
    /// [`FileError::NotFound`] when it was removed, [`FileError::IsADirectory`] when it is one.
    pub fn content(&self, id: NodeId) -> Result<&[u8], FileError> {
        match &self.node(id)?.content {
            Content::File(bytes) => Ok(bytes),
            Content::Null => Ok(&[]),
            Content::Directory(_) => Err(FileError::IsADirectory),
            Content::Link(_) => Err(FileError::InvalidArgument),
        }
    }

    /// The entries of the directory at `path`, in order, each with the metadata of `lstat`.
    ///
    /// # Errors
    /// [`FileError`], as on a phone.
    pub fn list(&self, path: &str) -> Result<Vec<(String, Metadata)>, FileError> {
        let id = self.find(path, true)?;
        let node = self.node(id)?;
        let Content::Directory(children) = &node.content else { return Err(FileError::NotADirectory) };
        if !node.may(4) {
            return Err(FileError::PermissionDenied);
        }
        children.iter().map(|(name, child)| Ok((name.clone(), self.node(*child)?.metadata(*child)))).collect()
    }

    /// The target of the link at `path`.
    ///
    /// # Errors
    /// [`FileError::InvalidArgument`] when it is not a link; else as on a phone.
    pub fn link_target(&self, path: &str) -> Result<&str, FileError> {
        match &self.node(self.find(path, false)?)?.content {
            Content::Link(target) => Ok(target),
            _ => Err(FileError::InvalidArgument),
        }
    }

    /// Sets the id of the phone's boot, which the kernel shows in a file.
    pub(crate) fn set_boot_id(&mut self, boot_id: &str, now: i64) {
        let content = Content::File(format!("{boot_id}\n").into_bytes());
        match self.find(BOOT_ID, true) {
            Ok(id) => {
                if let Ok(node) = self.node_mut(id) {
                    node.content = content;
                }
            }
            Err(_) => self.plant(BOOT_ID, content, 0o444, ROOT_USER, now),
        }
    }

    /// Adds the entry of a process under `/proc`.
    pub(crate) fn add_process(&mut self, process: u32, environment: &[u8], now: i64) {
        let directory = format!("/proc/{process}");
        self.plant(&directory, Content::Directory(BTreeMap::new()), 0o555, ROOT_USER, now);
        let environ = format!("{directory}/environ");
        self.plant(&environ, Content::File(environment.to_vec()), 0o444, ROOT_USER, now);
    }

    /// Removes the entry of a process under `/proc`.
    pub(crate) fn remove_process(&mut self, process: u32) {
        let directory = format!("/proc/{process}");
        for path in [format!("{directory}/environ"), directory] {
            let Ok(id) = self.find(&path, false) else { continue };
            let Some((parent, name)) = split_last(&path) else { continue };
            let Ok(parent) = self.find(parent, true) else { continue };
            if let Some(Node { content: Content::Directory(children), .. }) = self.nodes.get_mut(&parent) {
                children.remove(name);
            }
            self.nodes.remove(&id);
        }
    }

    fn node(&self, id: NodeId) -> Result<&Node, FileError> {
        self.nodes.get(&id).ok_or(FileError::NotFound)
    }

    fn node_mut(&mut self, id: NodeId) -> Result<&mut Node, FileError> {
        self.nodes.get_mut(&id).ok_or(FileError::NotFound)
    }

    /// Adds a node of the system without a permission check. Its parent has to exist.
    fn plant(&mut self, path: &str, content: Content, permissions: u32, owner: u32, now: i64) {
        let Some((parent, name)) = split_last(path) else { return };
        let Ok(parent) = self.find(parent, true) else { return };
        let id = self.new_id();
        self.nodes.insert(id, Node { content, permissions, owner, modified: now });
        if owner == SHELL_USER {
            self.used += NODE_COST;
        }
        if let Some(Node { content: Content::Directory(children), .. }) = self.nodes.get_mut(&parent) {
            children.insert(name.to_owned(), id);
        }
    }

    fn new_id(&mut self) -> NodeId {
        let id = NodeId(self.next);
        self.next += 1;
        id
    }
}

/// The file with the id of the boot.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Path, permissions, owner. The real modes of `/storage/emulated/0` come from FUSE and let the shell's user write.
const DIRECTORIES: &[(&str, u32, u32)] = &[
    ("/dev", 0o755, ROOT_USER),
    ("/data", 0o771, ROOT_USER),
    ("/data/app", 0o771, ROOT_USER),
    ("/data/data", 0o771, ROOT_USER),
    ("/data/local", 0o751, ROOT_USER),
    ("/data/local/tmp", 0o771, SHELL_USER),
    ("/mnt", 0o755, ROOT_USER),
    ("/proc", 0o555, ROOT_USER),
    ("/proc/sys", 0o555, ROOT_USER),
    ("/proc/sys/kernel", 0o555, ROOT_USER),
    ("/proc/sys/kernel/random", 0o555, ROOT_USER),
    ("/storage", 0o751, ROOT_USER),
    ("/storage/emulated", 0o751, ROOT_USER),
    ("/storage/emulated/0", 0o771, SHELL_USER),
    ("/storage/emulated/0/Alarms", 0o771, SHELL_USER),
    ("/storage/emulated/0/Android", 0o771, SHELL_USER),
    ("/storage/emulated/0/DCIM", 0o771, SHELL_USER),
    ("/storage/emulated/0/DCIM/Camera", 0o771, SHELL_USER),
    ("/storage/emulated/0/Documents", 0o771, SHELL_USER),
    ("/storage/emulated/0/Download", 0o771, SHELL_USER),
    ("/storage/emulated/0/Movies", 0o771, SHELL_USER),
    ("/storage/emulated/0/Music", 0o771, SHELL_USER),
    ("/storage/emulated/0/Pictures", 0o771, SHELL_USER),
    ("/storage/self", 0o751, ROOT_USER),
    ("/system", 0o755, ROOT_USER),
    ("/system/bin", 0o755, ROOT_USER),
    ("/system/app", 0o755, ROOT_USER),
    ("/vendor", 0o755, ROOT_USER),
];

const LINKS: &[(&str, &str)] = &[
    ("/sdcard", "/storage/self/primary"),
    ("/storage/self/primary", "/storage/emulated/0"),
    ("/mnt/sdcard", "/storage/self/primary"),
    ("/bin", "/system/bin"),
];
