//! Files and folders between this machine and a virtual phone, in every packing, and what a phone that lies about them
//! can do. A real adbd is met in `tests/real_adbd.rs`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::peer::{Peer, listen};
use bytes::Bytes;
use tikmatrix_device::adb::packet::{Command, Packet};
use tikmatrix_device::adb::sync::{ListVersion, Response, Status};
use tikmatrix_device::phone::{
    AdbCause, Compression, Deadline, FolderCopy, FolderReport, Packing, Phone, PushOptions,
};
use tikmatrix_virtual_phone::{Farm, FarmOptions, Fault};

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

async fn phone() -> (Farm, Phone) {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let phone = Phone::connect(&farm.phones()[0].address().to_string(), soon()).await.unwrap();
    (farm, phone)
}

/// Lines that pack well, and noise that does not.
fn contents() -> [Vec<u8>; 4] {
    let text = (0..200_000_u32).flat_map(|number| format!("line {number}\n").into_bytes()).collect();
    let noise =
        (0..3_000_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    [Vec::new(), b"x".to_vec(), text, noise]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_back_as_it_was_in_every_packing() {
    let (farm, phone) = phone().await;
    let ways = [Compression::Auto, Compression::Never].into_iter().chain(Packing::ALL.map(Compression::With));
    for (number, compression) in ways.enumerate() {
        for content in contents() {
            let path = format!("/sdcard/Download/{number}");
            let mut sent = 0;
            let options = PushOptions { compression, ..PushOptions::default() };
            phone.files().push(&content[..], &path, options, |bytes| sent = bytes, soon()).await.unwrap();
            let (mut pulled, mut told) = (Vec::new(), 0);
            let length = phone
                .files()
                .pull_with(&path, &mut pulled, compression, |bytes| told = bytes, soon())
                .await
                .unwrap();
            assert!(pulled == content, "{compression:?}: {} bytes came back changed", content.len());
            let whole = content.len() as u64;
            assert_eq!([sent, length], [whole; 2], "{compression:?}");
            assert!(told <= whole);
        }
    }
    farm.shutdown().await;
}

fn tree(folder: &Path) {
    for (name, content) in
        [("a.txt", "one"), ("deep/er/b", "two"), ("deep/it's ü.xml", "three"), ("zero", "")]
    {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
    }
    fs::create_dir(folder.join("empty")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_goes_there_and_back_and_what_is_there_already_is_left_alone() {
    let (farm, phone) = phone().await;
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    tree(from.path());
    let remote = "/sdcard/Download/a tree";
    let push = || FolderCopy::default().push(&phone, from.path(), remote, |_| {}, soon());
    let copied = FolderReport { files: 4, bytes: 11, unchanged: 0, left_out: 1 };
    let nothing = FolderReport { files: 0, bytes: 0, unchanged: 4, left_out: 1 };
    assert_eq!(push().await.unwrap(), copied);
    assert_eq!(push().await.unwrap(), nothing);
    fs::write(from.path().join("a.txt"), "changed").unwrap();
    assert_eq!(push().await.unwrap(), FolderReport { files: 1, bytes: 7, unchanged: 3, left_out: 1 });

    let pull = || FolderCopy::default().pull(&phone, remote, to.path(), |_| {}, soon());
    assert_eq!(pull().await.unwrap(), FolderReport { files: 4, bytes: 15, unchanged: 0, left_out: 0 });
    assert_eq!(pull().await.unwrap(), FolderReport { files: 0, bytes: 0, unchanged: 4, left_out: 0 });
    assert_eq!(fs::read_to_string(to.path().join("deep/it's ü.xml")).unwrap(), "three");
    assert!(to.path().join("empty").is_dir());

    let mut names: Vec<String> =
        phone.files().list(remote, soon()).await.unwrap().into_iter().map(|entry| entry.name).collect();
    names.sort();
    assert_eq!(names, ["a.txt", "deep", "empty", "zero"]);
    let error = phone.files().list("/no/such/folder", soon()).await.unwrap_err();
    assert!(error.to_string().contains("no such directory"), "{error}");
    farm.shutdown().await;
}

/// The latest that a folder's progress told, which is never less than before.
#[derive(Default)]
struct Told {
    times: u64,
    latest: FolderReport,
}

impl Told {
    fn take(&mut self, report: &FolderReport) {
        let (now, before) = (report, &self.latest);
        let grew =
            now.files >= before.files && now.bytes >= before.bytes && now.unchanged >= before.unchanged;
        assert!(grew, "{before:?} was followed by {now:?}");
        (self.times, self.latest) = (self.times + 1, *report);
    }

    /// Requires that it was told of the whole at last, and often enough to be told in the middle of files.
    fn ended_with(&self, report: &FolderReport) {
        let whole = |report: &FolderReport| (report.files, report.bytes);
        assert_eq!(whole(&self.latest), whole(report));
        assert!(self.times > 2 * report.files, "{} times for {report:?}", self.times);
    }
}

/// Bytes of a file that is more than is on its way at a time.
const LARGE: u64 = 8_000_000;

/// A folder of three files, each [`LARGE`] and unlike the others.
fn large_tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        fs::write(folder.path().join(name), name.repeat(usize::try_from(LARGE).unwrap())).unwrap();
    }
    folder
}

/// The names in a folder of this machine, and what is in those files.
fn contents_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

/// Waits until nothing but whole files is in a folder of the phone.
async fn wait_until_tidy(phone: &Phone, folder: &str) {
    let tidied = async {
        while phone
            .files()
            .list(folder, soon())
            .await
            .unwrap()
            .iter()
            .any(|entry| entry.name.ends_with(".part"))
        {
            tokio::task::yield_now().await;
        }
    };
    soon().run(tidied).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_of_a_folder_that_was_cut_is_gone_on_with_by_the_same_call() {
    let (farm, phone) = phone().await;
    let virtual_phone = &farm.phones()[0];
    let (from, back) = (large_tree(), tempfile::tempdir().unwrap());
    let remote = "/sdcard/Download/tree";
    let mut told = Told::default();
    let cut = |report: &FolderReport| {
        told.take(report);
        if report.files == 1 && report.bytes == LARGE {
            virtual_phone.arm(Fault::Disconnect { after_bytes: Some(LARGE / 2) });
        }
    };
    let error = FolderCopy { compression: Compression::Never }
        .push(&phone, from.path(), remote, cut, soon())
        .await
        .unwrap_err();
    assert!(matches!(error.cause(), AdbCause::ConnectionLost(_)), "{error}");
    assert_eq!(told.latest.files, 1);

    let phone = Phone::connect(&virtual_phone.address().to_string(), soon()).await.unwrap();
    wait_until_tidy(&phone, remote).await;
    let mut told = Told::default();
    let tell = |report: &FolderReport| told.take(report);
    let report = FolderCopy { compression: Compression::Never }
        .push(&phone, from.path(), remote, tell, soon())
        .await
        .unwrap();
    assert_eq!(report, FolderReport { files: 2, bytes: 2 * LARGE, unchanged: 1, left_out: 0 });
    told.ended_with(&report);
    FolderCopy { compression: Compression::Never }
        .pull(&phone, remote, back.path(), |_| {}, soon())
        .await
        .unwrap();
    assert!(contents_of(back.path()) == contents_of(from.path()));
    farm.shutdown().await;
}

#[tokio::test]
async fn a_pull_of_a_folder_that_was_cut_is_gone_on_with_by_the_same_call() {
    let (farm, phone) = phone().await;
    let virtual_phone = &farm.phones()[0];
    let (from, to) = (large_tree(), tempfile::tempdir().unwrap());
    let remote = "/sdcard/Download/tree";
    FolderCopy { compression: Compression::Never }
        .push(&phone, from.path(), remote, |_| {}, soon())
        .await
        .unwrap();
    let mut told = Told::default();
    let cut = |report: &FolderReport| {
        told.take(report);
        if report.files == 1 && report.bytes > LARGE {
            virtual_phone.arm(Fault::Disconnect { after_bytes: None });
        }
    };
    let error = FolderCopy { compression: Compression::Never }
        .pull(&phone, remote, to.path(), cut, soon())
        .await
        .unwrap_err();
    assert!(matches!(error.cause(), AdbCause::ConnectionLost(_)), "{error}");
    let left: Vec<String> = contents_of(to.path()).into_keys().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(["a", "b", "c"].contains(&left[0].as_str()), "{left:?}");

    let phone = Phone::connect(&virtual_phone.address().to_string(), soon()).await.unwrap();
    let mut told = Told::default();
    let tell = |report: &FolderReport| told.take(report);
    let report = FolderCopy { compression: Compression::Never }
        .pull(&phone, remote, to.path(), tell, soon())
        .await
        .unwrap();
    assert_eq!(report, FolderReport { files: 2, bytes: 2 * LARGE, unchanged: 1, left_out: 0 });
    told.ended_with(&report);
    assert!(contents_of(to.path()) == contents_of(from.path()));
    wait_until_tidy(&phone, remote).await;
    farm.shutdown().await;
}

/// Plays a `sync:` stream of a phone without version 2 that answers each request with the next of `answers`.
async fn lie(peer: &mut Peer, answers: &[Bytes]) {
    let mut answers = answers.iter();
    while let Some(packet) = peer.try_read().await {
        let (local, remote) = (packet.arg0 + 1000, packet.arg0);
        match packet.command {
            Command::Open => peer.send(Packet::bare(Command::Okay, local, remote)).await,
            Command::Wrte => {
                peer.send(Packet::bare(Command::Okay, local, remote)).await;
                let Some(answer) = answers.next() else { return };
                peer.send(Packet::new(Command::Wrte, local, remote, answer.clone())).await;
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn no_name_that_a_phone_lists_leads_out_of_the_folder() {
    let folder = Status { mode: 0o040_755, size: 0, mtime: 1 };
    let file = Status { mode: 0o100_644, size: 4, mtime: 1 };
    for (name, refused) in [("../evil", true), ("/evil", true), ("a\0b", true), (".", false), ("..", false)] {
        let (listener, address) = listen().await;
        let target = tempfile::tempdir().unwrap();
        let inside = target.path().join("inside");
        let entry = Response::Entry { status: file, name: name.to_owned() }.encode();
        let list = [entry, Response::EndOfList(ListVersion::One).encode()].concat();
        let answers = [Response::Stat(folder).encode(), list.into()];
        let playing = async {
            let mut peer = Peer::welcome(&listener, "liar", &["shell_v2"]).await;
            lie(&mut peer, &answers).await;
        };
        let pulling = async {
            let phone = Phone::connect(&address, soon()).await.unwrap();
            FolderCopy::default().pull(&phone, "/sdcard", &inside, |_| {}, soon()).await
        };
        let (pulled, ()) = tokio::join!(pulling, playing);
        match pulled {
            Ok(report) => assert!(!refused && report == FolderReport::default(), "{name:?}: {report:?}"),
            Err(error) => {
                assert!(refused && matches!(error.cause(), AdbCause::Protocol(_)), "{name:?}: {error}");
            }
        }
        assert_eq!(fs::read_dir(target.path()).unwrap().count(), 1);
        assert_eq!(fs::read_dir(inside).unwrap().count(), 0);
    }
}

/// What a phone answers to RECV that has four bytes to give.
fn four_bytes() -> Vec<u8> {
    [Response::Data(Bytes::from_static(b"four")).encode(), Response::Done.encode()].concat()
}

#[tokio::test]
async fn a_file_that_comes_shorter_than_the_phone_says_is_not_taken_for_whole() {
    let (file, link) = (0o100_644, 0o120_777);
    for (path, mode, size, whole) in [
        ("/sdcard/a", file, 5, false),
        ("/sdcard/a", file, 4, true),
        ("/sdcard/grew", file, 3, true),
        ("/data/unknown", file, 0, true),
        ("/sdcard/link", link, 9, true),
        ("/sys/made_up", file, 4096, true),
        ("/sdcard/sys/a", file, 4096, false),
    ] {
        let (listener, address) = listen().await;
        // Both are asked for at once, and answered so.
        let told = Response::Stat(Status { mode, size, mtime: 1 }).encode();
        let answers = [[&told[..], &four_bytes()].concat().into()];
        let playing = async {
            let mut peer = Peer::welcome(&listener, "liar", &["shell_v2"]).await;
            lie(&mut peer, &answers).await;
        };
        let mut pulled = Vec::new();
        let pulling = async {
            let phone = Phone::connect(&address, soon()).await.unwrap();
            phone.files().pull(path, &mut pulled, soon()).await
        };
        let (length, ()) = tokio::join!(pulling, playing);
        match length {
            Ok(length) => assert!(whole && length == 4, "{path} of {size} bytes: {length}"),
            Err(error) => {
                assert!(!whole, "{error}");
                let words = format!("`{path}` has {size} bytes, and only 4 of them came");
                assert!(error.to_string().ends_with(&words), "{error}");
            }
        }
        assert_eq!(pulled, b"four");
    }
}

#[tokio::test]
async fn a_file_that_comes_shorter_than_it_was_listed_fails_its_folder_and_leaves_nothing() {
    let folder = Status { mode: 0o040_755, size: 0, mtime: 1 };
    for (size, whole) in [(5, false), (4, true), (3, true), (0, true)] {
        let (listener, address) = listen().await;
        let target = tempfile::tempdir().unwrap();
        let status = Status { mode: 0o100_644, size, mtime: 1 };
        let list = [
            Response::Entry { status, name: "a".to_owned() }.encode(),
            Response::EndOfList(ListVersion::One).encode(),
        ];
        // The list has told of the file: it is not asked for again.
        let answers = [Response::Stat(folder).encode(), list.concat().into(), four_bytes().into()];
        let playing = async {
            let mut peer = Peer::welcome(&listener, "liar", &["shell_v2"]).await;
            lie(&mut peer, &answers).await;
        };
        let pulling = async {
            let phone = Phone::connect(&address, soon()).await.unwrap();
            FolderCopy::default().pull(&phone, "/sdcard", target.path(), |_| {}, soon()).await
        };
        let (pulled, ()) = tokio::join!(pulling, playing);
        match pulled {
            Ok(report) => {
                assert!(whole && report.files == 1, "{size} bytes were listed: {report:?}");
                assert_eq!(contents_of(target.path()), BTreeMap::from([("a".to_owned(), b"four".to_vec())]));
            }
            Err(error) => {
                assert!(!whole, "{error}");
                let words = format!("`/sdcard/a` has {size} bytes, and only 4 of them came");
                assert!(error.to_string().ends_with(&words), "{error}");
                assert!(contents_of(target.path()).is_empty());
            }
        }
    }
}
