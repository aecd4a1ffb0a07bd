//! A peer that means harm: it announces what nobody could hold, never ends, floods, or claims what is not its own. It is
//! cut off, memory stays within bounds, and whatever else runs goes on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod peer;

use std::time::Duration;

use peer::{Peer, listen};
use tikmatrix_device::adb::packet::{Command, Packet, VERSION_WITHOUT_CHECKSUMS};
use tikmatrix_device::phone::{AdbCause, Deadline, Phone, PushOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PLAIN: &[&str] = &["shell_v2"];
const DELAYED: &[&str] = &["shell_v2", "delayed_ack"];

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn pair(features: &'static [&'static str]) -> (Phone, Peer) {
    let (listener, address) = listen().await;
    let (phone, peer) =
        tokio::join!(Phone::connect(&address, soon()), Peer::welcome(&listener, "hostile", features));
    (phone.unwrap(), peer)
}

fn credit(bytes: i32) -> Vec<u8> {
    bytes.to_le_bytes().to_vec()
}

/// The connection still serves a command.
async fn goes_on(phone: &Phone, peer: &mut Peer, delayed_ack: bool) {
    let answering = async {
        loop {
            let open = peer.expect(Command::Open).await;
            let wanted = open.payload.ends_with(b"echo on\0");
            peer.run(&open, delayed_ack, b"on").await;
            if wanted {
                return;
            }
        }
    };
    let (output, ()) = tokio::join!(phone.shell("echo on", soon()), answering);
    assert_eq!(output.unwrap().stdout, b"on");
}

#[tokio::test]
async fn four_gigabytes_that_are_announced_cut_the_connection_and_are_not_waited_for() {
    let (phone, mut peer) = pair(DELAYED).await;
    let mut announced = Packet::bare(Command::Wrte, 1, 1).encode(false).to_vec();
    announced[12..16].fill(0xff);
    peer.socket.write_all(&announced).await.unwrap();
    let error = soon().run(phone.closed()).await.unwrap();
    assert!(matches!(error.cause(), AdbCause::ConnectionLost(_)), "{error}");
    assert!(error.to_string().contains("4294967295 bytes"), "{error}");
    while peer.try_read().await.is_some() {}
}

#[tokio::test]
async fn a_banner_that_never_ends_is_over_at_the_deadline() {
    let (listener, address) = listen().await;
    let connecting = Phone::connect(&address, Deadline::after(Duration::from_millis(300)));
    let dripping = async {
        let mut peer = Peer::accept(&listener).await;
        let mut hello = Packet::bare(Command::Cnxn, VERSION_WITHOUT_CHECKSUMS, 4096).encode(true).to_vec();
        hello[12..16].copy_from_slice(&4096_u32.to_le_bytes());
        peer.socket.write_all(&hello).await.unwrap();
        peer.socket.write_all(&[b'x'; 4000]).await.unwrap();
        // The rest never comes; the other side goes away by itself.
        while peer.try_read().await.is_some() {}
    };
    let (connected, ()) = tokio::join!(connecting, dripping);
    let error = connected.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::DeadlinePassed(_)), "{error}");
}

#[tokio::test]
async fn a_greeting_within_a_connection_cuts_it() {
    for command in [Command::Cnxn, Command::Auth, Command::Stls] {
        let (phone, mut peer) = pair(PLAIN).await;
        peer.send(Packet::bare(command, VERSION_WITHOUT_CHECKSUMS, 4096)).await;
        let error = soon().run(phone.closed()).await.unwrap();
        assert!(error.is_transient(), "{error}");
        while peer.try_read().await.is_some() {}
    }
}

#[tokio::test]
async fn a_stream_id_used_for_two_streams_mixes_nothing() {
    let (phone, mut peer) = pair(PLAIN).await;
    let opening = async {
        let mut opened = Vec::new();
        for _ in 0..2 {
            let open = peer.expect(Command::Open).await;
            peer.send(Packet::bare(Command::Okay, 77, open.arg0)).await;
            opened.push(open.arg0);
        }
        peer.send(Packet::new(Command::Wrte, 77, opened[1], &b"two"[..])).await;
        peer.send(Packet::new(Command::Wrte, 77, opened[0], &b"one"[..])).await;
        opened
    };
    let (one, two, opened) = tokio::join!(phone.open("tcp:1", soon()), phone.open("tcp:2", soon()), opening);
    let (mut one, mut two, mut heard) = (one.unwrap(), two.unwrap(), [0; 3]);
    one.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"one");
    two.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"two");
    // The end of the one is not that of the other, and an id that is not the stream's own ends nothing.
    peer.send(Packet::bare(Command::Clse, 78, opened[1])).await;
    peer.send(Packet::bare(Command::Clse, 77, opened[0])).await;
    assert_eq!(one.read(&mut heard).await.unwrap(), 0);
    peer.send(Packet::new(Command::Wrte, 77, opened[1], &b"on!"[..])).await;
    two.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"on!");
}

#[tokio::test]
async fn credit_beyond_what_can_be_counted_costs_the_stream() {
    let (phone, mut peer) = pair(DELAYED).await;
    let opening = async {
        let open = peer.expect(Command::Open).await;
        for _ in 0..2 {
            peer.send(Packet::new(Command::Okay, 77, open.arg0, credit(i32::MAX))).await;
        }
        open
    };
    let (stream, open) = tokio::join!(phone.open("tcp:1", soon()), opening);
    let error = stream.unwrap().read(&mut [0; 1]).await.unwrap_err();
    assert!(error.to_string().contains("credit"), "{error}");
    let close = peer.expect(Command::Clse).await;
    let close = if close.arg1 == 77 { close } else { peer.expect(Command::Clse).await };
    assert_eq!((close.arg0, close.arg1), (open.arg0, 77));
    goes_on(&phone, &mut peer, true).await;
}

#[tokio::test]
async fn credit_taken_back_again_and_again_stops_the_stream_and_nothing_else() {
    let (phone, mut peer) = pair(DELAYED).await;
    let opening = async {
        let open = peer.expect(Command::Open).await;
        peer.send(Packet::new(Command::Okay, 77, open.arg0, credit(0))).await;
        peer.send(Packet::new(Command::Okay, 77, open.arg0, credit(i32::MIN))).await;
        open
    };
    let (stream, open) = tokio::join!(phone.open("tcp:1", soon()), opening);
    let mut stream = stream.unwrap();
    let waited = Deadline::after(Duration::from_millis(50)).run(stream.write_all(b"x")).await;
    assert!(waited.is_err(), "nothing may be sent without credit");
    peer.send(Packet::new(Command::Okay, 77, open.arg0, credit(i32::MIN))).await;
    let error = soon().run(stream.write_all(b"x")).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("credit"), "{error}");
    goes_on(&phone, &mut peer, true).await;
}

#[tokio::test]
async fn a_flood_of_okays_and_opens_is_answered_within_bounds_and_harms_nobody() {
    let (phone, peer) = pair(PLAIN).await;
    let Peer { socket, .. } = peer;
    let (mut reading, mut writing) = socket.into_split();
    // It floods and reads nothing: our answers may not pile up.
    let flood: Vec<u8> = (0..50_000_u32)
        .flat_map(|number| {
            let okay = Packet::bare(Command::Okay, 900 + number, 1_000_000 + number);
            let open = Packet::new(Command::Open, 900 + number, 0, &b"tcp:1\0"[..]);
            [okay.encode(false), open.encode(false)].concat()
        })
        .collect();
    let flooding = async {
        let stuck = Deadline::after(Duration::from_millis(500)).run(writing.write_all(&flood)).await;
        // Once it reads, everything moves again.
        let mut answered = vec![0; 4096];
        while reading.read(&mut answered).await.is_ok_and(|read| read > 0) {}
        stuck
    };
    let asking = async {
        let asked = phone.shell("echo on", Deadline::after(Duration::from_secs(1))).await;
        phone.disconnect("the test is over");
        asked
    };
    let (_stuck, asked) = tokio::join!(flooding, asking);
    assert!(matches!(asked.unwrap_err().cause(), AdbCause::DeadlinePassed(_)));
}

#[tokio::test]
async fn names_without_end_in_a_directory_are_refused() {
    let (phone, mut peer) = pair(PLAIN).await;
    let flooding = async {
        let open = peer.expect(Command::Open).await;
        let (local, remote) = (77, open.arg0);
        peer.send(Packet::bare(Command::Okay, local, remote)).await;
        peer.expect(Command::Wrte).await;
        peer.send(Packet::bare(Command::Okay, local, remote)).await;
        let folder = [&b"STAT"[..], &0o040_755_u32.to_le_bytes(), &[0; 8]].concat();
        peer.send(Packet::new(Command::Wrte, local, remote, folder)).await;
        let entry = [&b"DENT"[..], &[1; 12], &1_u32.to_le_bytes(), b"x"].concat();
        let many = entry.repeat(40_000);
        loop {
            match peer.read().await.command {
                Command::Okay => peer.send(Packet::new(Command::Wrte, local, remote, many.clone())).await,
                Command::Clse => return,
                _ => {}
            }
        }
    };
    let (listed, ()) = tokio::join!(phone.list("/sdcard", soon()), flooding);
    let error = listed.unwrap_err();
    assert!(error.to_string().contains("more than 100000 names"), "{error}");
}

#[tokio::test]
async fn a_push_whose_phone_says_done_before_the_end_fails() {
    let (phone, mut peer) = pair(PLAIN).await;
    let lying = async {
        let open = peer.expect(Command::Open).await;
        let (local, remote) = (77, open.arg0);
        peer.send(Packet::bare(Command::Okay, local, remote)).await;
        peer.expect(Command::Wrte).await;
        peer.send(Packet::bare(Command::Okay, local, remote)).await;
        peer.send(Packet::new(Command::Wrte, local, remote, [&b"STAT"[..], &[0; 12]].concat())).await;
        peer.expect(Command::Wrte).await;
        peer.send(Packet::new(Command::Wrte, local, remote, b"OKAY\0\0\0\0".to_vec())).await;
        peer.send(Packet::bare(Command::Okay, local, remote)).await;
    };
    let source = tokio::io::repeat(7);
    let push = phone.push(source, "/sdcard/a.mp4", PushOptions::default(), |_| {}, soon());
    let (pushed, ()) = tokio::join!(push, lying);
    let error = pushed.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Protocol(_)), "{error}");
}
