//! A virtual phone with our own ADB host: concurrent calls, faults on the wire, processes that survive their client or
//! not.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use tikmatrix_device::deadline::Deadline;
use tikmatrix_device::phone::{Phone, PushOptions};
use tikmatrix_virtual_phone::{Farm, FarmOptions, Fault};

fn deadline() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

async fn farm(count: u16) -> Farm {
    Farm::start(FarmOptions { count, first_port: None, seed: 7 }).await.unwrap()
}

async fn connect(farm: &Farm) -> Phone {
    Phone::connect(&farm.phones()[0].address().to_string(), deadline()).await.unwrap()
}

async fn push(phone: &Phone, bytes: &[u8], path: &str) -> Result<(), String> {
    let pushed = phone.files().push(bytes, path, PushOptions::default(), |_| {}, deadline()).await;
    pushed.map(|_| ()).map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_streams_and_connections_answer_side_by_side() {
    let farm = farm(2).await;
    let phone = connect(&farm).await;
    let other = Phone::connect(&farm.phones()[1].address().to_string(), deadline()).await.unwrap();
    assert_eq!((phone.serial().as_str(), other.serial().as_str()), ("virtual-1", "virtual-2"));
    let calls: Vec<_> = (0..50)
        .map(|number| {
            let phone = if number % 2 == 0 { phone.clone() } else { other.clone() };
            tokio::spawn(async move {
                let output = phone.shell(&format!("echo {number}; exit {number}"), deadline()).await.unwrap();
                (output.stdout_text().into_owned(), output.exit_status, number)
            })
        })
        .collect();
    for call in calls {
        let (text, status, number) = call.await.unwrap();
        assert_eq!((text, status), (format!("{number}\n"), number));
    }
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_and_a_large_output_arrive_whole() {
    let farm = farm(1).await;
    let phone = connect(&farm).await;
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    push(&phone, &bytes, "/sdcard/new/folder/x.mp4").await.unwrap();
    let output = phone.shell("cat /storage/emulated/0/new/folder/x.mp4", deadline()).await.unwrap();
    assert!(output.stdout == bytes);
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_is_cut_off_leaves_no_file_and_the_phone_reconnects() {
    let farm = farm(1).await;
    let phone = connect(&farm).await;
    farm.arm("virtual-1", Fault::Disconnect { after_bytes: Some(1_000_000) }).unwrap();
    push(&phone, &[1; 3_000_000], "/sdcard/x.mp4").await.unwrap_err();
    phone.connection().closed().await;
    let again = connect(&farm).await;
    assert_eq!(again.files().stat("/sdcard/x.mp4", deadline()).await.unwrap(), None);
    push(&again, &[1; 3_000_000], "/sdcard/x.mp4").await.unwrap();
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_wire_ends_the_running_commands() {
    let farm = farm(1).await;
    let phone = connect(&farm).await;
    let call = tokio::spawn({
        let phone = phone.clone();
        async move { phone.shell("sleep 1000", deadline()).await }
    });
    while !farm.phones()[0].commands().iter().any(|words| words[0] == "sleep") {
        tokio::task::yield_now().await;
    }
    farm.arm("virtual-1", Fault::Disconnect { after_bytes: None }).unwrap();
    call.await.unwrap().unwrap_err();
    assert!(farm.arm("virtual-9", Fault::Disconnect { after_bytes: None }).is_err());
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_of_a_dropped_call_is_found_under_proc_and_killed() {
    let farm = farm(1).await;
    let phone = connect(&farm).await;
    let short = Deadline::after(Duration::from_millis(200));
    phone.shell("sleep 1000; touch /sdcard/survived", short).await.unwrap_err();
    // Only the querying shell and `sys` are left after the sleeping one was killed.
    while phone.shell("ls /proc | wc -l", deadline()).await.unwrap().stdout_text().trim() != "2" {}
    farm.shutdown().await;
}
