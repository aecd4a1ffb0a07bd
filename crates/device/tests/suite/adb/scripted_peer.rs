//! What a phone, or whatever listens on its port, can do wrong on the wire, and what the callers see of it. A real
//! adbd is met in `tests/real_adbd.rs`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use crate::peer::{Peer, listen};
use tikmatrix_device::adb::packet::{Command, Packet};
use tikmatrix_device::phone::{AdbCause, AdbError, Deadline, Phone, PushOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PLAIN: &[&str] = &["shell_v2"];
const DELAYED: &[&str] = &["shell_v2", "delayed_ack"];

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

/// A connected phone named `serial-1` and its end of the wire.
async fn pair(features: &'static [&'static str]) -> (Phone, Peer) {
    let (listener, address) = listen().await;
    let (phone, peer) =
        tokio::join!(Phone::connect(&address, soon()), Peer::welcome(&listener, "serial-1", features));
    (phone.unwrap(), peer)
}

/// Plays a connection of its own to a phone that answers the greeting with `answer`.
async fn greeted_with(answer: &[u8]) -> AdbError {
    let (listener, address) = listen().await;
    let phone = async {
        let mut peer = Peer::accept(&listener).await;
        peer.socket.write_all(answer).await.unwrap();
        while peer.try_read().await.is_some() {}
    };
    let (error, ()) = tokio::join!(Phone::connect(&address, soon()), phone);
    error.unwrap_err()
}

#[tokio::test]
async fn a_phone_that_sends_single_bytes_is_understood() {
    let (listener, address) = listen().await;
    let phone = async {
        let mut peer = Peer::accept(&listener).await;
        let banner = Packet::new(Command::Cnxn, 0x0100_0001, 4096, "device::features=shell_v2");
        for byte in banner.encode(true) {
            peer.socket.write_all(&[byte]).await.unwrap();
        }
        let open = peer.expect(Command::Open).await;
        peer.run(&open, false, b"slow-1\n").await;
        peer
    };
    let (connected, _peer) = tokio::join!(Phone::connect(&address, soon()), phone);
    assert_eq!(connected.unwrap().serial().as_str(), "slow-1");
}

#[tokio::test]
async fn what_is_no_adb_is_refused_at_once() {
    let error = greeted_with(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    assert!(matches!(error.cause(), AdbCause::Protocol(_)), "{error}");
    assert!(error.to_string().contains("does not speak ADB"), "{error}");
    let mut four_gigabytes = Packet::bare(Command::Cnxn, 0x0100_0001, 4096).encode(true).to_vec();
    four_gigabytes[12..16].fill(0xff);
    assert!(matches!(greeted_with(&four_gigabytes).await.cause(), AdbCause::Protocol(_)));
}

#[tokio::test]
async fn no_answer_is_a_transient_error_that_names_the_address() {
    let (listener, address) = listen().await;
    drop(listener);
    let error = Phone::connect(&address, soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Unreachable(_)) && error.is_transient(), "{error}");
    assert_eq!(error.phone(), address);
}

#[tokio::test]
async fn garbage_ends_every_operation_and_says_so() {
    let (phone, mut peer) = pair(DELAYED).await;
    let calls = [phone.shell("one", soon()), phone.shell("two", soon())];
    let garbage = async {
        peer.expect(Command::Open).await;
        peer.expect(Command::Open).await;
        peer.socket.write_all(&[0x55; 24]).await.unwrap();
    };
    let [one, two] = calls;
    let (one, two, (), lost) = tokio::join!(one, two, garbage, phone.connection().closed());
    for error in [one.unwrap_err(), two.unwrap_err(), lost] {
        assert!(matches!(error.cause(), AdbCause::ConnectionLost(_)) && error.is_transient(), "{error}");
        assert!(error.to_string().contains("magic"), "{error}");
    }
    assert!(phone.shell("three", soon()).await.is_err());
}

#[tokio::test]
async fn a_phone_that_goes_away_in_a_push_fails_it_at_once() {
    for features in [PLAIN, DELAYED] {
        let (phone, mut peer) = pair(features).await;
        let leaving = async move {
            let open = peer.expect(Command::Open).await;
            let credit: &[u8] = if features == DELAYED { &[0, 0, 1, 0] } else { &[] };
            peer.send(Packet::new(Command::Okay, 77, open.arg0, credit)).await;
            peer.expect(Command::Wrte).await;
        };
        let source = tokio::io::repeat(7);
        let push = phone.files().push(source, "/sdcard/a.mp4", PushOptions::default(), |_| {}, soon());
        let (pushed, ()) = tokio::join!(push, leaving);
        let error = pushed.unwrap_err();
        assert!(matches!(error.cause(), AdbCause::ConnectionLost(_)), "{error}");
        assert!(error.to_string().starts_with("phone serial-1: push to `/sdcard/a.mp4`: "), "{error}");
    }
}

#[tokio::test]
async fn unknown_streams_are_ignored_and_their_okays_closed() {
    let (phone, mut peer) = pair(DELAYED).await;
    peer.send(Packet::bare(Command::Clse, 900, 4242)).await;
    peer.send(Packet::new(Command::Wrte, 900, 4242, &b"stray"[..])).await;
    peer.send(Packet::new(Command::Okay, 900, 4242, vec![0, 0, 1, 0])).await;
    let close = peer.expect(Command::Clse).await;
    // The first CLSE is that of the finished `getprop`.
    let close = if close.arg0 == 4242 { close } else { peer.expect(Command::Clse).await };
    assert_eq!((close.arg0, close.arg1), (4242, 900));
    let answering = async {
        let open = peer.expect(Command::Open).await;
        peer.run(&open, true, b"on").await;
    };
    let (output, ()) = tokio::join!(phone.shell("echo on", soon()), answering);
    assert_eq!(output.unwrap().stdout, b"on");
}

#[tokio::test]
async fn a_phone_that_opens_a_stream_to_us_is_refused() {
    let (_phone, mut peer) = pair(PLAIN).await;
    peer.send(Packet::new(Command::Open, 55, 0, &b"tcp:1\0"[..])).await;
    loop {
        let close = peer.expect(Command::Clse).await;
        if close.arg1 == 55 {
            assert_eq!(close.arg0, 0);
            break;
        }
    }
}

#[tokio::test]
async fn a_stream_given_up_before_it_opened_is_closed_when_its_okay_comes() {
    let (phone, mut peer) = pair(PLAIN).await;
    let error = phone.open("tcp:9008", Deadline::after(Duration::from_millis(30))).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::DeadlinePassed(_)), "{error}");
    let open = peer.expect(Command::Open).await;
    peer.send(Packet::bare(Command::Okay, 66, open.arg0)).await;
    let close = peer.expect(Command::Clse).await;
    assert_eq!((close.arg0, close.arg1), (open.arg0, 66));
}

#[tokio::test]
async fn data_waits_for_credit_which_may_be_negative() {
    let (phone, mut peer) = pair(DELAYED).await;
    let okay =
        |open: &Packet, credit: i32| Packet::new(Command::Okay, 77, open.arg0, credit.to_le_bytes().to_vec());
    let opening = async {
        let open = peer.expect(Command::Open).await;
        assert!(open.arg1 > 0, "with delayed_ack an OPEN carries a window");
        peer.send(okay(&open, 10)).await;
        (open, peer)
    };
    let (stream, (open, mut peer)) = tokio::join!(phone.open("tcp:1", soon()), opening);
    let mut stream = stream.unwrap();
    // One packet may overdraw the credit; the next has to wait.
    stream.write_all(&[1; 30]).await.unwrap();
    assert_eq!(peer.expect(Command::Wrte).await.payload.len(), 30);
    peer.send(okay(&open, 25)).await;
    peer.send(okay(&open, -5)).await;
    // What the phone sent before this byte has been taken in when the byte is read.
    peer.send(Packet::new(Command::Wrte, 77, open.arg0, &b"."[..])).await;
    assert_eq!(stream.read_u8().await.unwrap(), b'.');
    let early = Deadline::after(Duration::from_millis(30)).run(stream.write_all(b"x")).await;
    assert!(early.is_err(), "10 - 30 + 25 - 5 is no credit");
    peer.send(okay(&open, 1)).await;
    stream.write_all(b"y").await.unwrap();
    assert_eq!(&peer.expect(Command::Wrte).await.payload[..], b"y");
}

#[tokio::test]
async fn without_delayed_ack_one_packet_of_a_stream_is_on_its_way_at_a_time() {
    let (phone, mut peer) = pair(PLAIN).await;
    let opening = async {
        let open = peer.expect(Command::Open).await;
        assert_eq!(open.arg1, 0);
        peer.send(Packet::bare(Command::Okay, 77, open.arg0)).await;
        (open, peer)
    };
    let (stream, (open, mut peer)) = tokio::join!(phone.open("tcp:1", soon()), opening);
    let mut stream = stream.unwrap();
    stream.write_all(b"first").await.unwrap();
    let early = Deadline::after(Duration::from_millis(30)).run(stream.write_all(b"early")).await;
    assert!(early.is_err());
    assert_eq!(&peer.expect(Command::Wrte).await.payload[..], b"first");
    peer.send(Packet::bare(Command::Okay, 77, open.arg0)).await;
    stream.write_all(b"second").await.unwrap();
    assert_eq!(&peer.expect(Command::Wrte).await.payload[..], b"second");
    drop(stream);
    assert_eq!(peer.expect(Command::Clse).await.arg1, 77);
}

#[tokio::test]
async fn a_phone_that_reads_nothing_cannot_outlast_a_deadline() {
    let (phone, mut peer) = pair(DELAYED).await;
    let opening = async {
        let open = peer.expect(Command::Open).await;
        peer.send(Packet::new(Command::Okay, 77, open.arg0, i32::MAX.to_le_bytes().to_vec())).await;
        peer
    };
    let source = tokio::io::repeat(7);
    let deadline = Deadline::after(Duration::from_millis(300));
    let push = phone.files().push(source, "/sdcard/a.mp4", PushOptions::default(), |_| {}, deadline);
    let (pushed, _peer) = tokio::join!(push, opening);
    assert!(matches!(pushed.unwrap_err().cause(), AdbCause::DeadlinePassed(_)));
    let error = phone.shell("id", Deadline::after(Duration::from_millis(50))).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::DeadlinePassed(_)), "{error}");
}

#[tokio::test]
async fn dropping_a_phone_and_its_streams_closes_the_connection() {
    let (phone, mut peer) = pair(PLAIN).await;
    drop(phone);
    while peer.try_read().await.is_some() {}
}
