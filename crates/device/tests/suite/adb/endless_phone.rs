//! A phone whose answers have no end, or hold what could harm a log: each command ends within its bound in bytes, and what
//! is kept of an answer is short and clean.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use crate::peer::{Peer, listen};
use tikmatrix_device::adb::packet::{Command, Packet};
use tikmatrix_device::adb::shell_protocol::{Frame, FrameKind};
use tikmatrix_device::adb::sync::{Response, StatusV2};
use tikmatrix_device::phone::{AdbCause, Deadline, Phone};
use tikmatrix_device::{android, phone};

const FEATURES: &[&str] = &["shell_v2", "stat_v2", "ls_v2"];
const MIB: usize = 1024 * 1024;
/// What a peer can have sent beyond a bound before it learns of it: packets in the sockets and in the stream's window.
const UNDER_WAY: usize = 12 * MIB;

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn pair() -> (Phone, Peer) {
    let (listener, address) = listen().await;
    let (phone, peer) =
        tokio::join!(Phone::connect(&address, soon()), Peer::welcome(&listener, "endless", FEATURES));
    (phone.unwrap(), peer)
}

/// Sends `piece` over the stream until it is closed, and returns how many bytes went out.
async fn without_end(peer: &mut Peer, open: &Packet, piece: &[u8]) -> usize {
    let (local, remote) = (open.arg0 + 1000, open.arg0);
    peer.send(Packet::bare(Command::Okay, local, remote)).await;
    let mut sent = 0;
    loop {
        peer.send(Packet::new(Command::Wrte, local, remote, piece.to_vec())).await;
        sent += piece.len();
        assert!(sent < 100 * MIB, "the command went on");
        loop {
            let packet = peer.read().await;
            match packet.command {
                Command::Okay if packet.arg0 == remote => break,
                Command::Clse if packet.arg0 == remote => return sent,
                _ => {}
            }
        }
    }
}

fn output(kind: FrameKind) -> Vec<u8> {
    Frame::new(kind, vec![b'x'; 64 * 1024]).encode().to_vec()
}

fn is_too_much(cause: &AdbCause, bound: usize) -> bool {
    matches!(cause, AdbCause::TooMuchOutput(most) if *most == bound)
}

#[tokio::test]
async fn output_and_error_output_without_end_end_their_command_at_its_bound() {
    for kind in [FrameKind::Stdout, FrameKind::Stderr] {
        let (phone, mut peer) = pair().await;
        let flooding = async {
            let open = peer.expect(Command::Open).await;
            without_end(&mut peer, &open, &output(kind)).await
        };
        let (ran, sent) = tokio::join!(phone.shell("yes", soon()), flooding);
        assert!(is_too_much(ran.unwrap_err().cause(), 8 * MIB));
        assert!(sent < 8 * MIB + UNDER_WAY, "{sent} bytes were taken");
    }
}

#[tokio::test]
async fn a_serial_without_end_fails_the_connection_soon() {
    let (listener, address) = listen().await;
    let flooding = async {
        let mut peer = Peer::accept(&listener).await;
        peer.greet(FEATURES, crate::peer::Terms::NEW).await;
        let open = peer.expect(Command::Open).await;
        without_end(&mut peer, &open, &output(FrameKind::Stdout)).await
    };
    let (connected, sent) = tokio::join!(Phone::connect(&address, soon()), flooding);
    assert!(is_too_much(connected.unwrap_err().cause(), MIB / 16));
    assert!(sent < UNDER_WAY, "{sent} bytes were taken");
}

#[tokio::test]
async fn a_serial_is_the_last_line_and_cannot_forge_a_log() {
    let printed = format!("\r\nERROR forged\r\n\u{1b}[2J{}\r\n", "9".repeat(MIB / 32));
    let (listener, address) = listen().await;
    let (phone, _peer) =
        tokio::join!(Phone::connect(&address, soon()), Peer::welcome(&listener, &printed, FEATURES));
    let serial = phone.unwrap().serial().to_string();
    assert!(serial.starts_with("[2J999") && serial.chars().count() == 100, "{serial}");
    assert!(!serial.contains(char::is_control));
}

#[tokio::test]
async fn facts_without_end_are_left_out_and_long_ones_are_cut() {
    let (phone, mut peer) = pair().await;
    let answering = async {
        while let Some(packet) = peer.try_read().await {
            if packet.command != Command::Open {
                continue;
            }
            let asked = String::from_utf8_lossy(&packet.payload).into_owned();
            if asked.contains("ro.product.model") {
                peer.run(&packet, false, format!("Pixel\u{1b}[2J{}", "9".repeat(2000)).as_bytes()).await;
            } else if asked.contains("ro.build.version.release") || asked.contains("dumpsys battery") {
                without_end(&mut peer, &packet, &output(FrameKind::Stdout)).await;
            } else {
                peer.run(&packet, false, b"Physical size: 1080x2400\n").await;
            }
        }
    };
    let asking = async {
        let facts = android::facts(&phone, soon()).await.unwrap();
        phone.connection().disconnect("it is known");
        facts
    };
    let (facts, ()) = tokio::join!(asking, answering);
    let model = facts.model.unwrap();
    assert!(model.starts_with("Pixel [2J999") && model.chars().count() == 100, "{model}");
    assert_eq!((facts.android_version, facts.battery, facts.screen), (None, None, Some((1080, 2400))));
}

#[tokio::test]
async fn a_file_without_end_is_not_pulled_for_ever() {
    let (phone, mut peer) = pair().await;
    let flooding = async {
        let open = peer.expect(Command::Open).await;
        let (local, remote) = (open.arg0 + 1000, open.arg0);
        peer.send(Packet::bare(Command::Okay, local, remote)).await;
        peer.expect(Command::Wrte).await;
        peer.send(Packet::bare(Command::Okay, local, remote)).await;
        // A regular file of five bytes.
        let status = StatusV2 { mode: 0o100_644, size: 5, ..StatusV2::default() };
        let stat = Response::StatV2 { status, follow: false }.encode();
        peer.send(Packet::new(Command::Wrte, local, remote, stat)).await;
        without_end(&mut peer, &open, &Response::Data(vec![7; 65_536].into()).encode()).await
    };
    let mut written = Vec::new();
    let (pulled, _sent) = tokio::join!(phone.files().pull("/sdcard/a.mp4", &mut written, soon()), flooding);
    assert!(is_too_much(pulled.unwrap_err().cause(), 64 * MIB + 5));
    assert!(written.len() <= 64 * MIB + 5);
}

#[tokio::test]
async fn what_a_phone_says_of_a_refusal_is_one_short_line() {
    let (phone, mut peer) = pair().await;
    let refusing = async {
        let open = peer.expect(Command::Open).await;
        let (local, remote) = (open.arg0 + 1000, open.arg0);
        peer.send(Packet::bare(Command::Okay, local, remote)).await;
        peer.expect(Command::Wrte).await;
        peer.send(Packet::bare(Command::Okay, local, remote)).await;
        let said = format!("no\r\nERROR forged\u{1b}]0;x\u{7}{}", "y".repeat(60_000));
        let length = u32::try_from(said.len()).unwrap().to_le_bytes();
        let fail = [&b"FAIL"[..], &length, said.as_bytes()].concat();
        peer.send(Packet::new(Command::Wrte, local, remote, fail)).await;
    };
    let (refused, ()) = tokio::join!(phone.files().stat("/sdcard", soon()), refusing);
    let refused: phone::AdbError = refused.unwrap_err();
    let shown = refused.to_string();
    assert!(shown.contains("no  ERROR forged ]0;x yyy") && shown.chars().count() < 500, "{shown}");
    assert!(!shown.contains(char::is_control), "{shown:?}");
}
