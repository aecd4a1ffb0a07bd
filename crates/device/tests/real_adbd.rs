//! The direct connection against a real adbd, whose address `TIKMATRIX_ADBD` gives and whose file system is this
//! machine's. `cargo xtask test` starts one in a network namespace of its own; what the wire can do wrong is tested
//! in `tests/suite/adb/scripted_peer.rs`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sha2::{Digest, Sha256};
use tikmatrix_device::phone::{
    AdbCause, Compression, Deadline, FolderCopy, Packing, Phone, PushOptions, ReverseListener,
};
use tikmatrix_device::shell_quote::shell_word;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

async fn phone() -> Phone {
    let address = std::env::var("TIKMATRIX_ADBD")
        .expect("TIKMATRIX_ADBD has to give the HOST:PORT of a real adbd; `cargo xtask test` starts one");
    Phone::connect(&address, soon()).await.unwrap()
}

/// Bytes without a pattern, always the same ones.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// True once no process has `pattern` in its command line; the pattern must not match itself.
fn no_process_matches(pattern: &str) -> String {
    // Processes come and go while grep looks, so that its exit status says nothing.
    format!("[ -z \"$(grep -lsa '{pattern}' /proc/[0-9]*/cmdline)\" ]")
}

/// Waits for an event on the phone's side, each look being a shell call of its own.
async fn until(phone: &Phone, condition: &str) {
    let command = format!("for i in $(seq 300); do if {condition}; then exit 0; fi; sleep 0.1; done; exit 1");
    let output = phone.shell(&command, soon()).await.unwrap();
    assert_eq!(output.exit_status, 0, "never came true: {condition}");
}

#[tokio::test]
async fn a_phone_without_a_serial_number_goes_by_its_address() {
    let phone = phone().await;
    assert_eq!(phone.serial().as_str(), phone.connection().route().to_string());
    assert_eq!(phone.connection().banner().unwrap().kind, "device");
    assert!(
        phone.connection().banner().unwrap().offers("delayed_ack"),
        "a real adbd is not met with many packets on their way"
    );
}

#[tokio::test]
async fn output_error_output_and_exit_status_arrive_apart() {
    let phone = phone().await;
    let output = phone.shell("echo out; echo err >&2; exit 7", soon()).await.unwrap();
    assert_eq!(output.stdout_text(), "out\n");
    assert_eq!(output.stderr_text(), "err\n");
    assert_eq!(output.exit_status, 7);
    assert_eq!(phone.shell("true", soon()).await.unwrap(), tikmatrix_device::phone::ShellOutput::default());
}

#[tokio::test]
async fn a_command_that_reads_finds_no_input_instead_of_waiting_for_it() {
    let output = phone().await.shell("cat; echo end", soon()).await.unwrap();
    assert_eq!(output.stdout_text(), "end\n");
}

#[tokio::test]
async fn large_output_of_both_kinds_arrives_whole() {
    let command = "seq 1 400000; seq 1 200000 >&2";
    let output = phone().await.shell(command, soon()).await.unwrap();
    let numbers = |last: u32| {
        (1..=last).fold(String::new(), |mut text, number| {
            writeln!(text, "{number}").unwrap();
            text
        })
    };
    assert!(output.stdout == numbers(400_000).into_bytes());
    assert!(output.stderr == numbers(200_000).into_bytes());
}

#[tokio::test]
async fn endless_output_is_refused_and_its_process_ended() {
    let phone = phone().await;
    let error = phone.shell("yes endless-output-marker", soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::TooMuchOutput(_)), "{error}");
    until(&phone, &no_process_matches("endless-output-marke[r]")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_streams_at_once_do_not_mix() {
    let phone = phone().await;
    let calls = (0..40).map(|number| {
        let phone = phone.clone();
        tokio::spawn(async move {
            let command = format!("seq {number} {}; exit {number}", number + 3000);
            let output = phone.shell(&command, soon()).await.unwrap();
            let lines: Vec<String> = (number..=number + 3000).map(|line: u32| line.to_string()).collect();
            assert_eq!(output.stdout_text().trim_end(), lines.join("\n"));
            assert_eq!(u32::from(output.exit_status), number);
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_come_back_as_they_were_pushed() {
    let (phone, folder) = (phone().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("new folder/it's 100 MB.mp4");
    let path = path.to_str().unwrap();
    let content = noise(100_000_000);
    let expected = Sha256::digest(&content);
    let (mut last, mut calls) = (0, 0);
    let progress = |sent| {
        assert!(sent > last);
        (last, calls) = (sent, calls + 1);
    };
    let options = PushOptions { mode: 0o640, mtime: 1_700_000_000, ..PushOptions::default() };
    phone.files().push(Cursor::new(content), path, options, progress, soon()).await.unwrap();
    assert_eq!(last, 100_000_000);
    assert!(calls > 50);
    assert_eq!(Sha256::digest(fs::read(path).unwrap()), expected);
    assert_eq!(names_in(Path::new(path).parent().unwrap()), ["it's 100 MB.mp4"]);

    // adbd gives the group and others what the owner may (`file_sync_service.cpp`), whatever was asked for.
    let found = phone.files().stat(path, soon()).await.unwrap().unwrap();
    assert_eq!((found.mode, found.size, found.mtime), (0o100_666, 100_000_000, 1_700_000_000));

    let mut pulled = Vec::new();
    assert_eq!(phone.files().pull(path, &mut pulled, soon()).await.unwrap(), 100_000_000);
    assert_eq!(Sha256::digest(&pulled), expected);
}

#[tokio::test]
async fn files_of_every_size_around_the_pieces_borders_survive() {
    let (phone, folder) = (phone().await, tempfile::tempdir().unwrap());
    for size in [0, 1, 65_535, 65_536, 65_537, 15 * 65_536 - 1, 15 * 65_536, 15 * 65_536 + 1] {
        let path = folder.path().join(size.to_string());
        let path = path.to_str().unwrap();
        let content = noise(size);
        phone.files().push(&content[..], path, PushOptions::default(), |_| {}, soon()).await.unwrap();
        let mut pulled = Vec::new();
        phone.files().pull(path, &mut pulled, soon()).await.unwrap();
        assert!(fs::read(path).unwrap() == content && pulled == content, "{size} bytes");
    }
}

#[tokio::test]
async fn a_push_that_the_phone_refuses_in_the_middle_says_the_phones_words() {
    let phone = phone().await;
    let path = "/proc/no/such/place.mp4";
    let source = tokio::io::repeat(7);
    let error = phone.files().push(source, path, PushOptions::default(), |_| {}, soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Rejected(_)) && !error.is_transient(), "{error}");
    let text = error.to_string();
    assert!(
        text.contains(&phone.connection().route().to_string())
            && text.contains(path)
            && text.contains("No such file"),
        "{text}"
    );
    assert_eq!(phone.shell("echo on", soon()).await.unwrap().stdout_text(), "on\n");
}

#[tokio::test]
async fn nothing_is_found_pulled_or_replaced_where_a_file_cannot_be() {
    let (phone, folder) = (phone().await, tempfile::tempdir().unwrap());
    assert_eq!(phone.files().stat("/no/such/file", soon()).await.unwrap(), None);
    let error = phone.files().pull("/no/such/file", Vec::new(), soon()).await.unwrap_err();
    assert!(error.to_string().contains("No such file"), "{error}");
    let path = folder.path().to_str().unwrap();
    let error =
        phone.files().push(&b"x"[..], path, PushOptions::default(), |_| {}, soon()).await.unwrap_err();
    assert!(error.to_string().contains("is a directory"), "{error}");
    assert!(names_in(folder.path()).is_empty());
}

#[tokio::test]
async fn a_file_that_cannot_get_its_name_leaves_no_part() {
    let (phone, folder) = (phone().await, tempfile::tempdir().unwrap());
    let path = format!("{}/{}", folder.path().to_str().unwrap(), "x".repeat(300));
    let error =
        phone.files().push(&b"x"[..], &path, PushOptions::default(), |_| {}, soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Rejected(words) if words.contains("too long")), "{error}");
    until(&phone, &format!("[ -z \"$(ls -A {})\" ]", shell_word(folder.path().to_str().unwrap()))).await;
}

#[tokio::test]
async fn an_unknown_service_is_refused_and_the_connection_goes_on() {
    let phone = phone().await;
    for _ in 0..3 {
        let error = phone.open("no-such-service:", soon()).await.unwrap_err();
        assert!(matches!(error.cause(), AdbCause::Refused), "{error}");
    }
    assert_eq!(phone.shell("echo on", soon()).await.unwrap().stdout_text(), "on\n");
}

#[tokio::test]
async fn a_stream_carries_bytes_both_ways() {
    let mut stream = phone().await.open("exec:head -c 3000000 | tr a-m A-M", soon()).await.unwrap();
    let (mut read, mut write) = tokio::io::split(&mut stream);
    let sent = vec![b'a'; 3_000_000];
    let mut received = Vec::new();
    let (written, _) = tokio::join!(write.write_all(&sent), read.read_to_end(&mut received));
    written.unwrap();
    assert!(received == vec![b'A'; 3_000_000], "{} bytes", received.len());
}

#[tokio::test]
async fn a_deadline_ends_a_silent_command_and_its_process() {
    let phone = phone().await;
    let deadline = Deadline::after(Duration::from_millis(400));
    // A length of its own, so that no other run's processes are taken for this one's.
    let length = format!("1000.{}5", std::process::id());
    let command = format!("sleep {length}; echo never; sleep {length}");
    let error = phone.shell(&command, deadline).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::DeadlinePassed(_)) && error.is_transient(), "{error}");
    until(&phone, &no_process_matches(&format!("1000.{}[5]", std::process::id()))).await;
}

#[tokio::test]
async fn a_dropped_push_leaves_no_part_and_a_usable_connection() {
    let (phone, folder) = (phone().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("video.mp4");
    let (begun, mut first) = tokio::sync::mpsc::unbounded_channel();
    {
        let source = tokio::io::repeat(7);
        let told = move |sent| begun.send(sent).unwrap_or_default();
        let push = phone.files().push(source, path.to_str().unwrap(), PushOptions::default(), told, soon());
        tokio::select! {
            ended = push => panic!("an endless push ended: {ended:?}"),
            _ = first.recv() => {}
        }
    }
    let folder_word = shell_word(folder.path().to_str().unwrap());
    until(&phone, &format!("[ -z \"$(ls -A {folder_word})\" ]")).await;
    assert_eq!(phone.shell("echo on", soon()).await.unwrap().stdout_text(), "on\n");
}

#[tokio::test]
async fn a_thousand_dropped_calls_leave_a_usable_connection() {
    let phone = phone().await;
    for number in 0..1000_u64 {
        let deadline = Deadline::after(Duration::from_micros(number * 3));
        let _ = phone.files().stat("/", deadline).await;
    }
    assert_eq!(phone.shell("echo on", soon()).await.unwrap().stdout_text(), "on\n");
}

#[tokio::test]
async fn no_result_is_lost_when_commands_end_at_once() {
    let phone = phone().await;
    for _ in 0..1000 {
        let output = phone.shell("printf x; exit 3", soon()).await.unwrap();
        assert_eq!((output.stdout_text().as_ref(), output.exit_status), ("x", 3));
    }
}

#[tokio::test]
async fn a_nul_is_refused_before_it_reaches_the_phone() {
    let phone = phone().await;
    let error = phone.shell("echo a\0b", soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::BadArgument(_)), "{error}");
}

#[test]
fn any_text_reaches_a_command_of_the_real_shell_letter_for_letter() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let phone = runtime.block_on(phone());
    let echoed = |texts: &[String]| {
        let words: Vec<String> = texts.iter().map(|text| shell_word(text)).collect();
        let command = format!("printf '%s\\036' {}", words.join(" "));
        let output = runtime.block_on(phone.shell(&command, soon())).unwrap();
        let mut back: Vec<String> = output.stdout_text().split('\u{1e}').map(str::to_owned).collect();
        back.pop();
        back
    };
    let chosen = [
        "\"; rm -rf /sdcard; echo \"",
        "$(id)",
        "`id`",
        "%s",
        "\\n",
        "a\nb",
        "'",
        "''\"'$HOME'\"",
        "",
        " ",
        "-n",
        "!!",
        "~",
        "*",
        "\r\t\u{7}\u{1b}[0m",
        "👩‍👩‍👧‍👦 שלום",
    ]
    .map(str::to_owned);
    assert_eq!(echoed(&chosen), chosen);
    let hostile =
        prop::collection::vec("[^\\x00\\x1e]{0,20}|[ '\"\\\\$`();&|<>\\n#*?!~=%{}\\[\\]-]{0,12}", 1..20);
    let mut runner =
        TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) });
    runner
        .run(&hostile, |texts| {
            prop_assert_eq!(echoed(&texts), texts);
            Ok(())
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_back_as_it_was_in_every_packing() {
    let (phone, folder) = (phone().await, tempfile::tempdir().unwrap());
    for packing in Packing::ALL {
        assert!(
            phone.connection().banner().is_some_and(|banner| banner.offers(packing.feature())),
            "this adbd does not know {packing:?}"
        );
    }
    let text: Vec<u8> =
        (0..1_000_000_u32).flat_map(|number| format!("line {number}\n").into_bytes()).collect();
    let ways = [Compression::Auto, Compression::Never].into_iter().chain(Packing::ALL.map(Compression::With));
    for (number, compression) in ways.enumerate() {
        for content in [Vec::new(), b"x".to_vec(), text.clone(), noise(5_000_000)] {
            let path = folder.path().join(number.to_string());
            let remote = path.to_str().unwrap();
            let options = PushOptions { compression, ..PushOptions::default() };
            phone.files().push(&content[..], remote, options, |_| {}, soon()).await.unwrap();
            assert!(fs::read(&path).unwrap() == content, "{compression:?}: {} bytes sent", content.len());
            let mut pulled = Vec::new();
            phone.files().pull_with(remote, &mut pulled, compression, |_| {}, soon()).await.unwrap();
            assert!(pulled == content, "{compression:?}: {} bytes received", content.len());
        }
    }
}

#[tokio::test]
async fn a_folder_goes_there_and_back_and_what_is_there_already_is_left_alone() {
    let (phone, folder) = (phone().await, tempfile::tempdir().unwrap());
    let (here, there, back) =
        (folder.path().join("here"), folder.path().join("there it is"), folder.path().join("back"));
    fs::create_dir_all(here.join("deep/er")).unwrap();
    fs::write(here.join("a.txt"), "one").unwrap();
    fs::write(here.join("deep/er/it's ü"), noise(100_000)).unwrap();
    let remote = there.to_str().unwrap();
    let push = || FolderCopy::default().push(&phone, &here, remote, |_| {}, soon());
    assert_eq!(push().await.unwrap().files, 2);
    assert_eq!(push().await.unwrap().unchanged, 2);
    let pulled = FolderCopy::default().pull(&phone, remote, &back, |_| {}, soon()).await.unwrap();
    assert_eq!((pulled.files, pulled.bytes), (2, 100_003));
    assert!(fs::read(back.join("deep/er/it's ü")).unwrap() == noise(100_000));
    let mut names: Vec<String> =
        phone.files().list(remote, soon()).await.unwrap().into_iter().map(|entry| entry.name).collect();
    names.sort();
    assert_eq!(names, ["a.txt", "deep"]);
}

#[tokio::test]
async fn who_calls_a_reversed_socket_on_the_phone_is_heard_here() {
    let phone = phone().await;
    let mut listener = ReverseListener::bind(&phone, "tcp:0", soon()).await.unwrap();
    let mut caller = phone.open(listener.socket(), soon()).await.unwrap();
    let mut called = soon().run(listener.accept()).await.unwrap().unwrap();
    let sent = noise(5_000_000);
    let (mut received, mut answer) = (vec![0; sent.len()], [0; 2]);
    let (written, read) = tokio::join!(caller.write_all(&sent), called.read_exact(&mut received));
    written.and(read.map(|_| ())).unwrap();
    assert!(received == sent);
    called.write_all(b"ok").await.unwrap();
    caller.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"ok");
    let socket = listener.socket().to_owned();
    drop(listener);
    // The socket is closed by a call of its own.
    while phone.open(&socket, soon()).await.is_ok() {}
}
