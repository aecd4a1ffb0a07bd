//! The files of a freshly started phone.

use std::collections::BTreeMap;

use super::node::{Content, ROOT_USER, SHELL_USER};
use super::system::System;
use super::tree::Tree;

/// Creates the tree that each phone starts with.
pub(super) fn tree(now: i64) -> Tree {
    let mut tree = Tree::new(now);
    let mut system = System::new(&mut tree);
    for (path, permissions, owner) in DIRECTORIES {
        system.plant(path, Content::Directory(BTreeMap::new()), *permissions, *owner, now);
    }
    for (path, target) in LINKS {
        system.plant(path, Content::Link((*target).to_owned()), 0o777, ROOT_USER, now);
    }
    system.plant("/dev/null", Content::Null, 0o666, ROOT_USER, now);
    tree
}

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
