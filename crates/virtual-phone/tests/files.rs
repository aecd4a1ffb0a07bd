//! The file system in memory: links, limits, and its invariants after any order of changes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use tikmatrix_virtual_phone::filesystem::{FileError, FileSystem};

const CAPACITY: u64 = 1 << 20;

fn files() -> FileSystem {
    FileSystem::new(CAPACITY, 1000)
}

#[test]
fn sdcard_is_a_link_to_the_shared_storage() {
    let mut files = files();
    files.writer(5).write("/sdcard/DCIM/x", b"abc").unwrap();
    assert_eq!(files.read("/storage/emulated/0/DCIM/x").unwrap(), b"abc");
    assert_eq!(files.real_path("/mnt/sdcard/DCIM/../DCIM/./x").unwrap(), "/storage/emulated/0/DCIM/x");
    assert!(files.metadata("/sdcard", false).unwrap().is_link());
    assert!(files.metadata("/sdcard", true).unwrap().is_directory());
    assert_eq!(files.metadata("/sdcard/DCIM/x/", true), Err(FileError::NotADirectory));
}

#[test]
fn writes_beyond_the_capacity_are_refused() {
    let mut files = files();
    let before = files.space().used();
    let id = files.writer(0).create("/sdcard/x", 0o660).unwrap();
    files.writer(0).append(id, &vec![0; 900_000]).unwrap();
    assert_eq!(files.writer(0).append(id, &vec![0; 900_000]), Err(FileError::NoSpace));
    files.remove("/sdcard/x").unwrap();
    assert_eq!(files.space().used(), before);
    let made = (0..10_000)
        .map(|number| files.writer(0).create(&format!("/sdcard/{number}"), 0))
        .take_while(Result::is_ok);
    assert!(made.count() < 3000);
}

#[test]
fn the_shells_user_cannot_change_the_system() {
    let mut files = files();
    assert_eq!(files.writer(0).write("/system/bin/sh", b"x"), Err(FileError::PermissionDenied));
    assert_eq!(files.remove("/sdcard"), Err(FileError::PermissionDenied));
    assert_eq!(files.list("/data"), Err(FileError::PermissionDenied));
    files.writer(0).write("/dev/null", b"x").unwrap();
    assert_eq!(files.read("/dev/null").unwrap(), b"");
}

#[test]
fn an_open_file_stays_the_same_file_when_it_is_moved() {
    let mut files = files();
    let id = files.writer(0).create("/sdcard/part", 0o660).unwrap();
    files.writer(0).append(id, b"a").unwrap();
    files.rename("/sdcard/part", "/sdcard/whole").unwrap();
    files.writer(0).append(id, b"b").unwrap();
    assert_eq!(files.read("/sdcard/whole").unwrap(), b"ab");
    assert_eq!(files.rename("/sdcard/DCIM", "/sdcard/DCIM/Camera/x"), Err(FileError::InvalidArgument));
}

fn path() -> impl Strategy<Value = String> {
    proptest::collection::vec("[abé]|\\.\\.|\\.||DCIM", 1..5)
        .prop_map(|names| format!("/sdcard/{}", names.join("/")))
}

proptest! {
    #[test]
    fn any_path_is_answered(path in "\\PC{0,80}") {
        let mut files = files();
        let _any = files.metadata(&path, true);
        let _any = files.writer(0).write(&path, b"x");
        let _any = files.writer(0).make_directories(&path, 0o771);
        let _any = files.rename(&path, "/sdcard/there");
        let _any = files.remove(&path);
    }

    #[test]
    fn whatever_is_made_and_moved_can_be_removed_and_leaves_nothing_used(
        changes in proptest::collection::vec((0..4, path(), path()), 0..40)
    ) {
        let mut files = files();
        files.writer(0).make_directory("/sdcard/all", 0o771).unwrap();
        let before = files.space().used();
        let inside = |path: &str| path.replacen("/sdcard", "/sdcard/all", 1);
        for (kind, from, to) in changes {
            let (from, to) = (inside(&from), inside(&to));
            // `..` could lead out of the folder that is emptied below.
            if from.contains("..") || to.contains("..") {
                continue;
            }
            let _any = match kind {
                0 => files.writer(0).write(&from, b"content"),
                1 => files.writer(0).make_directories(&from, 0o771),
                2 => files.rename(&from, &to),
                _ => files.remove(&from),
            };
        }
        if files.metadata("/sdcard/all", false).is_ok() {
            empty(&mut files, "/sdcard/all");
        } else {
            files.writer(0).make_directory("/sdcard/all", 0o771).unwrap();
        }
        prop_assert_eq!(files.space().used(), before);
    }
}

fn empty(files: &mut FileSystem, path: &str) {
    for (name, found) in files.list(path).unwrap() {
        let inner = format!("{path}/{name}");
        if found.is_directory() {
            empty(files, &inner);
        }
        files.remove(&inner).unwrap();
    }
}
