//! The direct connection and the virtual phone against each other. A real adbd is met in `tests/real_adbd.rs`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use tikmatrix_device::phone::{AdbCause, Deadline, Phone, PushOptions};
use tikmatrix_device::registry::{PhoneState, Registry};
use tikmatrix_device::shell_quote::shell_word;
use tikmatrix_virtual_phone::{Farm, FarmOptions};

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn farm(count: u16) -> Farm {
    Farm::start(FarmOptions { count, first_port: None, seed: 1 }).await.unwrap()
}

async fn connected(farm: &Farm) -> Phone {
    Phone::connect(&farm.phones()[0].address().to_string(), soon()).await.unwrap()
}

#[tokio::test]
async fn commands_give_their_output_their_status_and_no_noise() {
    let farm = farm(1).await;
    let phone = connected(&farm).await;
    assert_eq!(phone.serial().as_str(), "virtual-1");
    let output = phone.shell("echo out; echo err >&2; exit 7", soon()).await.unwrap();
    assert_eq!((output.stdout_text().as_ref(), output.stderr_text().as_ref()), ("out\n", "err\n"));
    assert_eq!(output.exit_status, 7);
    let output = phone.shell("cat", Deadline::after(Duration::from_secs(5))).await.unwrap();
    assert_eq!((output.stdout.len(), output.stderr_text().as_ref()), (0, ""));
}

#[tokio::test]
async fn hostile_text_stays_one_word() {
    let farm = farm(1).await;
    let phone = connected(&farm).await;
    for text in ["\"; rm -rf /sdcard; echo \"", "$(id)", "`id`", "%s", "\\n", "it's\n'", "👩‍👩‍👧‍👦 שלום"]
    {
        let output = phone.shell(&format!("printf %s {}", shell_word(text)), soon()).await.unwrap();
        assert_eq!(output.stdout_text(), text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_back_as_they_were_pushed_while_commands_run() {
    let farm = farm(1).await;
    let phone = connected(&farm).await;
    let path = "/sdcard/DCIM/Camera/it's a video.mp4";
    let content: Vec<u8> =
        (0..5_000_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    let mut sent = 0;
    let options = PushOptions { mode: 0o644, mtime: 1_700_000_000, ..PushOptions::default() };
    let push = phone.files().push(&content[..], path, options, |bytes| sent = bytes, soon());
    let (pushed, output) = tokio::join!(push, phone.shell("echo meanwhile", soon()));
    pushed.unwrap();
    assert_eq!(output.unwrap().stdout_text(), "meanwhile\n");
    assert_eq!(sent, 5_000_000);
    let found = phone.files().stat(path, soon()).await.unwrap().unwrap();
    assert_eq!((found.size, found.mtime), (5_000_000, 1_700_000_000));
    let mut pulled = Vec::new();
    phone.files().pull(path, &mut pulled, soon()).await.unwrap();
    assert!(pulled == content);
    let left = phone.shell("ls -A /sdcard/DCIM/Camera", soon()).await.unwrap();
    assert_eq!(left.stdout_text(), "it's a video.mp4\n");
}

#[tokio::test]
async fn what_cannot_be_stored_or_found_is_said_in_the_phones_words() {
    let farm = farm(1).await;
    let phone = connected(&farm).await;
    let source = &b"x"[..];
    let error =
        phone.files().push(source, "/proc/x/y", PushOptions::default(), |_| {}, soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Rejected(_)), "{error}");
    let error =
        phone.files().push(source, "/sdcard", PushOptions::default(), |_| {}, soon()).await.unwrap_err();
    assert!(error.to_string().contains("is a directory"), "{error}");
    assert!(phone.files().pull("/no/such/file", Vec::new(), soon()).await.is_err());
    assert_eq!(phone.files().stat("/no/such/file", soon()).await.unwrap(), None);
    let error = phone.open("no-such-service:", soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Refused), "{error}");
}

#[tokio::test]
async fn a_command_past_its_deadline_leaves_the_phone_usable() {
    let farm = farm(1).await;
    let phone = connected(&farm).await;
    let error = phone.shell("sleep 1000", Deadline::after(Duration::from_millis(100))).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::DeadlinePassed(_)), "{error}");
    assert_eq!(phone.shell("echo on", soon()).await.unwrap().stdout_text(), "on\n");
}

#[tokio::test]
async fn the_registry_finds_every_phone_of_a_farm_and_notices_its_end() {
    let farm = farm(4).await;
    let registry = Registry::start(farm.phones().iter().map(|phone| phone.address().to_string()).collect());
    let mut entries = registry.watch();
    let all_ready = entries.wait_for(|entries| entries.iter().all(|entry| entry.state == PhoneState::Ready));
    let ready = soon().run(all_ready).await.unwrap().unwrap().clone();
    let serials: Vec<String> =
        ready.iter().filter_map(|entry| entry.serial.as_ref()).map(ToString::to_string).collect();
    assert_eq!(serials, ["virtual-1", "virtual-2", "virtual-3", "virtual-4"]);
    farm.shutdown().await;
    let none_ready = entries.wait_for(|entries| entries.iter().all(|entry| entry.phone.is_none()));
    soon().run(none_ready).await.unwrap().unwrap();
    registry.shutdown().await;
}

#[tokio::test]
async fn the_example_of_one_phone_runs() {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let address = farm.phones()[0].address().to_string();
    let described = crate::example::describe(&address).await.unwrap();
    assert!(described.starts_with("virtual-1: Android "), "{described}");
    assert!(described.contains("hello.txt has 6 bytes"), "{described}");
}
