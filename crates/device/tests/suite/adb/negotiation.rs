//! What a phone's greeting settles, and that this side keeps to it: the largest packet, the sums of old versions, the
//! features that there are.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use crate::peer::{Peer, Terms, listen};
use bytes::Bytes;
use tikmatrix_device::adb::packet::{Command, Packet, VERSION_WITH_CHECKSUMS};
use tikmatrix_device::adb::sync::{Request, RequestDecoder};
use tikmatrix_device::phone::{AdbCause, Deadline, Phone, PushOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PLAIN: &[&str] = &["shell_v2"];
const DELAYED: &[&str] = &["shell_v2", "delayed_ack"];
/// What a phone of today takes, but for its small packets.
const SMALL: Terms = Terms { max_payload: 4096, ..Terms::NEW };
/// What phones said before sums were left out.
const OLD: Terms = Terms { version: VERSION_WITH_CHECKSUMS, max_payload: 4096 };

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn pair(features: &'static [&'static str], terms: Terms) -> (Phone, Peer) {
    let (listener, address) = listen().await;
    let welcoming = Peer::welcome_by(&listener, "serial-1", features, terms);
    let (phone, peer) = tokio::join!(Phone::connect(&address, soon()), welcoming);
    (phone.unwrap(), peer)
}

/// What a push brought.
#[derive(Default)]
struct Pushed {
    content: Vec<u8>,
    /// The payload of each packet, in bytes.
    packets: Vec<usize>,
}

/// Plays a phone that takes one push, and the command that gives the file its name.
async fn take_push(peer: &mut Peer, delayed_ack: bool) -> Pushed {
    let open = peer.expect(Command::Open).await;
    assert_eq!(&open.payload[..], b"sync:\0");
    let (local, remote) = (77, open.arg0);
    let okay = |credit: usize| {
        let credit = i32::try_from(credit).unwrap().to_le_bytes();
        let credit = if delayed_ack { Bytes::copy_from_slice(&credit) } else { Bytes::new() };
        Packet::new(Command::Okay, local, remote, credit)
    };
    peer.send(okay(10_000)).await;
    let (mut requests, mut pushed) = (RequestDecoder::new(), Pushed::default());
    loop {
        let packet = peer.expect(Command::Wrte).await;
        assert_eq!(packet.arg1, local);
        pushed.packets.push(packet.payload.len());
        peer.send(okay(packet.payload.len())).await;
        requests.push(&packet.payload);
        while let Some(request) = requests.next().unwrap() {
            let answer = match request {
                Request::Stat { .. } => [&b"STAT"[..], &[0; 12]].concat(),
                Request::Data(bytes) => {
                    pushed.content.extend_from_slice(&bytes);
                    continue;
                }
                Request::Done { .. } => b"OKAY\0\0\0\0".to_vec(),
                Request::Send { .. } => continue,
                other => panic!("{other:?}"),
            };
            let done = answer.starts_with(b"OKAY");
            peer.send(Packet::new(Command::Wrte, local, remote, answer)).await;
            if done {
                let open = peer.expect(Command::Open).await;
                peer.run(&open, delayed_ack, b"").await;
                return pushed;
            }
        }
    }
}

/// Bytes that do not repeat with any packet.
fn content() -> Vec<u8> {
    (0..100_000_u32).map(|number| (number % 251).to_le_bytes()[0]).collect()
}

async fn push(phone: &Phone, peer: &mut Peer, delayed_ack: bool) -> Pushed {
    let content = content();
    let push = phone.files().push(&content[..], "/sdcard/a.mp4", PushOptions::default(), |_| {}, soon());
    let (result, pushed) = tokio::join!(push, take_push(peer, delayed_ack));
    result.unwrap();
    assert!(pushed.content == content, "the file is not what was sent");
    pushed
}

#[tokio::test]
async fn no_packet_is_larger_than_the_phone_takes() {
    for features in [PLAIN, DELAYED] {
        let (phone, mut peer) = pair(features, SMALL).await;
        let pushed = push(&phone, &mut peer, features == DELAYED).await;
        assert_eq!(pushed.packets.iter().max(), Some(&4096), "{:?}", pushed.packets);
    }
}

#[tokio::test]
async fn a_phone_that_takes_large_packets_gets_them() {
    let (listener, address) = listen().await;
    let (phone, peer) =
        tokio::join!(Phone::connect(&address, soon()), Peer::welcome(&listener, "serial-1", PLAIN));
    let pushed = push(&phone.unwrap(), &mut { peer }, false).await;
    assert!(pushed.packets.iter().any(|length| *length > content().len()), "{:?}", pushed.packets);
}

#[tokio::test]
async fn a_command_that_fits_into_no_packet_is_refused_here_and_costs_nothing_else() {
    let (phone, mut peer) = pair(PLAIN, SMALL).await;
    let error = phone.shell(&"x".repeat(5000), soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::BadArgument(_)) && !error.is_transient(), "{error}");
    assert!(error.to_string().contains("bytes long, the phone takes 4095"), "{error}");
    // With its NUL, a name of 4095 bytes is a packet of 4096.
    let longest = format!("tcp:{}", "1".repeat(4091));
    let opening = async {
        let open = peer.expect(Command::Open).await;
        assert_eq!(open.payload.len(), 4096);
        peer.send(Packet::bare(Command::Clse, 0, open.arg0)).await;
    };
    let (opened, ()) = tokio::join!(phone.open(&longest, soon()), opening);
    assert!(matches!(opened.unwrap_err().cause(), AdbCause::Refused));
    let error = phone.open(&format!("{longest}1"), soon()).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::BadArgument(_)), "{error}");
}

#[tokio::test]
async fn a_phone_of_the_old_version_gets_and_gives_the_sum_of_every_packet() {
    // The played phone looks at every sum that it gets.
    let (phone, mut peer) = pair(PLAIN, OLD).await;
    push(&phone, &mut peer, false).await;
    let opening = async {
        let open = peer.expect(Command::Open).await;
        peer.send(Packet::bare(Command::Okay, 78, open.arg0)).await;
        Packet::new(Command::Wrte, 78, open.arg0, &b"sum"[..])
    };
    let (stream, data) = tokio::join!(phone.open("tcp:1", soon()), opening);
    let mut stream = stream.unwrap();
    peer.send(data.clone()).await;
    let mut heard = [0; 3];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"sum");
    // So does this side.
    peer.socket.write_all(&data.encode(false)).await.unwrap();
    let error = soon().run(phone.connection().closed()).await.unwrap();
    assert!(matches!(error.cause(), AdbCause::ConnectionLost(_)), "{error}");
    assert!(
        error.to_string().contains("the payload's sum is 0x00000155, announced was 0x00000000"),
        "{error}"
    );
}

#[tokio::test]
async fn a_phone_without_the_shell_that_is_needed_is_refused_with_what_to_do() {
    let (listener, address) = listen().await;
    let greeting = async {
        let mut peer = Peer::accept(&listener).await;
        peer.greet(&["cmd", "stat_v2"], Terms::NEW).await;
        // Nothing is asked of it.
        assert!(peer.try_read().await.is_none());
    };
    let (connected, ()) = tokio::join!(Phone::connect(&address, soon()), greeting);
    let error = connected.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Unsupported("shell_v2")) && !error.is_transient(), "{error}");
    assert!(error.to_string().contains("Android 7 or later is needed"), "{error}");
}
