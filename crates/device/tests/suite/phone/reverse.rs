//! Streams that a phone opens to this program: only where it was asked to, and for as long.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use tikmatrix_device::phone::{AdbCause, Deadline, Phone, ReverseListener};
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

async fn phone() -> (Farm, Phone) {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let phone = Phone::connect(&farm.phones()[0].address().to_string(), soon()).await.unwrap();
    (farm, phone)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_a_reversed_socket_on_the_phone_is_heard_here() {
    let (farm, phone) = phone().await;
    for socket in ["tcp:7000", "localabstract:calls", "tcp:0"] {
        let mut listener = ReverseListener::bind(&phone, socket, soon()).await.unwrap();
        assert_ne!(listener.socket(), "tcp:0");
        for text in ["first", "second"] {
            let mut caller = phone.open(listener.socket(), soon()).await.unwrap();
            let mut called = soon().run(listener.accept()).await.unwrap().unwrap();
            called.write_all(text.as_bytes()).await.unwrap();
            let mut heard = vec![0; text.len()];
            caller.read_exact(&mut heard).await.unwrap();
            assert_eq!(heard, text.as_bytes());
            let large = vec![7; 3_000_000];
            let (mut heard, mut answer) = (vec![0; large.len()], [0; 2]);
            let (sent, read) = tokio::join!(caller.write_all(&large), called.read_exact(&mut heard));
            sent.and(read.map(|_| ())).unwrap();
            assert!(heard == large);
            called.write_all(b"ok").await.unwrap();
            caller.read_exact(&mut answer).await.unwrap();
            drop(called);
            assert_eq!(caller.read(&mut answer).await.unwrap(), 0, "the end is heard too");
        }
    }
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_listener_closes_its_socket_and_refuses_who_waits() {
    let (farm, phone) = phone().await;
    let listener = ReverseListener::bind(&phone, "tcp:7000", soon()).await.unwrap();
    let error = ReverseListener::bind(&phone, "tcp:nowhere", soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Rejected(_)), "{error}");
    let error = ReverseListener::bind(&phone, "tcp:1;tcp:2", soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::BadArgument(_)), "{error}");
    let mut waiting = phone.open("tcp:7000", soon()).await.unwrap();
    drop(listener);
    assert_eq!(soon().run(waiting.read(&mut [0; 1])).await.unwrap().unwrap(), 0);
    // The socket is closed by a call of its own.
    while phone.open("tcp:7000", soon()).await.is_ok() {}
    farm.shutdown().await;
}

#[tokio::test]
async fn the_end_of_a_listener_is_not_that_of_the_next_one_on_the_same_socket() {
    let (farm, phone) = phone().await;
    let first = ReverseListener::bind(&phone, "tcp:7000", soon()).await.unwrap();
    let error = ReverseListener::bind(&phone, "tcp:7000", soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Rejected(_)), "{error}");
    assert!(phone.open("tcp:7000", soon()).await.is_ok(), "who was refused closed another's socket");
    drop(first);
    let mut second = ReverseListener::bind(&phone, "tcp:7000", soon()).await.unwrap();
    let _caller = phone.open("tcp:7000", soon()).await.unwrap();
    soon().run(second.accept()).await.unwrap().unwrap();
    farm.shutdown().await;
}

#[tokio::test]
async fn a_listener_without_an_owner_leaves_no_socket_behind() {
    let (farm, phone) = phone().await;
    let asking = ReverseListener::bind(&phone, "tcp:7000", soon());
    {
        let mut asking = std::pin::pin!(asking);
        // The phone is asked in a task of its own, which has to have begun.
        tokio::select! {
            biased;
            _ = &mut asking => panic!("the phone answered without being asked"),
            () = tokio::task::yield_now() => {}
        }
    }
    // Refused for as long as the socket is there.
    let free = async { while ReverseListener::bind(&phone, "tcp:7000", soon()).await.is_err() {} };
    soon().run(free).await.unwrap();
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_ends_a_listener() {
    let (farm, phone) = phone().await;
    let mut listener = ReverseListener::bind(&phone, "tcp:7000", soon()).await.unwrap();
    farm.shutdown().await;
    let error = soon().run(listener.accept()).await.unwrap().unwrap_err();
    assert!(matches!(error.cause(), AdbCause::ConnectionLost(_)), "{error}");
}
