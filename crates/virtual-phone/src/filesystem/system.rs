//! The changes that Android itself makes, under `/proc` above all: nothing is refused, and no capacity is taken.

use std::collections::BTreeMap;

use super::node::{Content, Node, ROOT_USER};
use super::path::split_last;
use super::tree::Tree;
use super::walk;

/// The file with the id of the boot.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// The files as the system changes them.
pub(crate) struct System<'a> {
    tree: &'a mut Tree,
}

impl<'a> System<'a> {
    pub(super) fn new(tree: &'a mut Tree) -> Self {
        Self { tree }
    }

    /// Sets the id of the phone's boot, which the kernel shows in a file.
    pub(crate) fn set_boot_id(&mut self, boot_id: &str, now: i64) {
        let content = Content::File(format!("{boot_id}\n").into_bytes());
        match walk::find(self.tree, BOOT_ID, true) {
            Ok(id) => {
                if let Ok(node) = self.tree.node_mut(id) {
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
            let Some((parent, name)) = split_last(&path) else { continue };
            let Ok(parent) = walk::find(self.tree, parent, true) else { continue };
            self.tree.remove(parent, name);
        }
    }

    /// Adds a node. Its parent has to exist.
    pub(super) fn plant(&mut self, path: &str, content: Content, permissions: u32, owner: u32, now: i64) {
        let Some((parent, name)) = split_last(path) else { return };
        let Ok(parent) = walk::find(self.tree, parent, true) else { return };
        self.tree.add(parent, name, Node { content, permissions, owner, modified: now });
    }
}
