//! A peer that means harm: it announces more than memory holds, never ends, floods, or claims what is not its own. It is
//! cut off with a line in the log, memory stays within bounds, and whatever else runs goes on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use super::captured_log::lines_about;
use crate::peer::Peer;
use tikmatrix_device::adb::packet::{Command, Packet, VERSION_WITHOUT_CHECKSUMS};
use tikmatrix_device::phone::{AdbCause, Deadline, Phone, PushOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};

const PLAIN: &[&str] = &["shell_v2"];
const DELAYED: &[&str] = &["shell_v2", "delayed_ack"];

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

/// A listener that is never closed: the log is told apart by its address, which no other test may get.
async fn listen() -> (&'static TcpListener, String) {
    super::captured_log::keep();
    let (listener, address) = crate::peer::listen().await;
    (Box::leak(Box::new(listener)), address)
}

async fn pair(features: &'static [&'static str]) -> (Phone, Peer) {
    let (listener, address) = listen().await;
    let (phone, peer) =
        tokio::join!(Phone::connect(&address, soon()), Peer::welcome(listener, "hostile", features));
    (phone.unwrap(), peer)
}

/// The connection is gone on both sides because of what the peer did, which the log tells once, with the address.
async fn is_cut_off(phone: &Phone, peer: &mut Peer, reason: &str) {
    let error = soon().run(phone.connection().closed()).await.unwrap();
    assert!(matches!(error.cause(), AdbCause::ConnectionLost(_)) && error.is_transient(), "{error}");
    assert!(error.to_string().contains(&format!("the phone broke the protocol: {reason}")), "{error}");
    while peer.try_read().await.is_some() {}
    let next = phone.shell("echo on", soon()).await.unwrap_err();
    assert_eq!(next.cause().to_string(), error.cause().to_string());
    let lines = lines_about(&phone.connection().route().to_string());
    assert!(lines.len() == 1 && lines[0].starts_with("WARN ") && lines[0].contains(reason), "{lines:?}");
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
    is_cut_off(&phone, &mut peer, "a payload of 4294967295 bytes was announced").await;
}

#[tokio::test]
async fn a_banner_that_never_ends_is_over_at_the_deadline() {
    let (listener, address) = listen().await;
    let connecting = Phone::connect(&address, Deadline::after(Duration::from_millis(300)));
    let dripping = async {
        let mut peer = Peer::accept(listener).await;
        let mut hello = Packet::bare(Command::Cnxn, VERSION_WITHOUT_CHECKSUMS, 4096).encode(true).to_vec();
        hello[12..16].copy_from_slice(&4096_u32.to_le_bytes());
        peer.socket.write_all(&hello).await.unwrap();
        peer.socket.write_all(&[b'x'; 4000]).await.unwrap();
        // The rest never comes; the other side closes automatically.
        while peer.try_read().await.is_some() {}
    };
    let (connected, ()) = tokio::join!(connecting, dripping);
    let error = connected.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::DeadlinePassed(_)), "{error}");
    assert_eq!(lines_about(&address), [format!("WARN {error}")]);
}

#[tokio::test]
async fn a_banner_that_is_none_or_too_long_is_not_taken() {
    let without_a_colon = Packet::new(Command::Cnxn, VERSION_WITHOUT_CHECKSUMS, 4096, "device");
    let too_long = Packet::new(Command::Cnxn, VERSION_WITHOUT_CHECKSUMS, 4096, vec![b'x'; 4097]);
    for (greeting, reason) in
        [(without_a_colon, "is not KIND:SERIAL"), (too_long, "a payload of 4097 bytes was announced")]
    {
        let (listener, address) = listen().await;
        let greeted = async {
            let mut peer = Peer::accept(listener).await;
            peer.send(greeting).await;
            while peer.try_read().await.is_some() {}
        };
        let (connected, ()) = tokio::join!(Phone::connect(&address, soon()), greeted);
        let error = connected.unwrap_err();
        assert!(
            matches!(error.cause(), AdbCause::Protocol(_)) && error.to_string().contains(reason),
            "{error}"
        );
        assert_eq!(lines_about(&address), [format!("WARN {error}")]);
    }
}

#[tokio::test]
async fn a_greeting_within_a_connection_cuts_it() {
    for command in [Command::Cnxn, Command::Auth, Command::Stls] {
        let (phone, mut peer) = pair(PLAIN).await;
        peer.send(Packet::bare(command, VERSION_WITHOUT_CHECKSUMS, 4096)).await;
        is_cut_off(&phone, &mut peer, "it greeted again in the middle of the connection").await;
    }
}

#[tokio::test]
async fn an_id_of_an_open_stream_for_another_one_cuts_the_connection() {
    let (phone, mut peer) = pair(PLAIN).await;
    let opening = async {
        let first = peer.expect(Command::Open).await;
        peer.send(Packet::bare(Command::Okay, 77, first.arg0)).await;
        let second = peer.expect(Command::Open).await;
        peer.send(Packet::bare(Command::Okay, 77, second.arg0)).await;
    };
    let streams = async {
        let first = phone.open("tcp:1", soon()).await.unwrap();
        (first, phone.open("tcp:2", soon()).await)
    };
    let ((mut first, second), ()) = tokio::join!(streams, opening);
    let reason = "the id 77 for two streams at once";
    is_cut_off(&phone, &mut peer, reason).await;
    let error = first.read(&mut [0; 1]).await.unwrap_err();
    assert!(error.to_string().contains(reason), "{error}");
    // The open of the second one may have been quicker than the end.
    let error = match second {
        Ok(mut second) => second.read(&mut [0; 1]).await.unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(error.contains(reason), "{error}");
}

#[tokio::test]
async fn an_id_is_free_again_when_its_stream_has_ended() {
    let (phone, mut peer) = pair(PLAIN).await;
    let mut ended = Vec::new();
    for _ in 0..3 {
        let opening = async {
            let open = peer.expect(Command::Open).await;
            peer.send(Packet::bare(Command::Okay, 77, open.arg0)).await;
            peer.send(Packet::new(Command::Wrte, 77, open.arg0, &b"on!"[..])).await;
            peer.send(Packet::bare(Command::Clse, 77, open.arg0)).await;
            // A real adbd says the end twice, and may have had more to say.
            peer.send(Packet::bare(Command::Okay, 77, open.arg0)).await;
            peer.send(Packet::bare(Command::Clse, 77, open.arg0)).await;
        };
        let (stream, ()) = tokio::join!(phone.open("tcp:1", soon()), opening);
        ended.push(stream.unwrap());
    }
    goes_on(&phone, &mut peer, false).await;
    for mut stream in ended {
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"on!");
    }
    assert!(lines_about(&phone.connection().route().to_string()).is_empty());
}

#[tokio::test]
async fn a_stream_hears_nothing_of_another_ones_packets() {
    let (phone, mut peer) = pair(PLAIN).await;
    let opening = async {
        let mut opened = Vec::new();
        for remote in [77, 78] {
            let open = peer.expect(Command::Open).await;
            peer.send(Packet::bare(Command::Okay, remote, open.arg0)).await;
            opened.push(open.arg0);
        }
        opened
    };
    let (one, two, opened) = tokio::join!(phone.open("tcp:1", soon()), phone.open("tcp:2", soon()), opening);
    let (_one, mut two, mut heard) = (one.unwrap(), two.unwrap(), [0; 3]);
    // An id that is not the stream's own says nothing on it, and ends nothing.
    peer.send(Packet::new(Command::Wrte, 77, opened[1], &b"no!"[..])).await;
    peer.send(Packet::bare(Command::Clse, 77, opened[1])).await;
    peer.send(Packet::new(Command::Wrte, 78, opened[1], &b"on!"[..])).await;
    two.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"on!");
}

#[tokio::test]
async fn credit_beyond_what_can_be_counted_cuts_the_connection() {
    let (phone, mut peer) = pair(DELAYED).await;
    let opening = async {
        let open = peer.expect(Command::Open).await;
        for _ in 0..2 {
            peer.send(Packet::new(Command::Okay, 77, open.arg0, credit(i32::MAX))).await;
        }
    };
    let (_stream, ()) = tokio::join!(phone.open("tcp:1", soon()), opening);
    is_cut_off(&phone, &mut peer, "a credit of 4294967294 bytes").await;
}

#[tokio::test]
async fn credit_that_is_no_number_cuts_the_connection() {
    let (phone, mut peer) = pair(DELAYED).await;
    let opening = async {
        let open = peer.expect(Command::Open).await;
        peer.send(Packet::new(Command::Okay, 77, open.arg0, &b"much"[..3])).await;
    };
    let (opened, ()) = tokio::join!(phone.open("tcp:1", soon()), opening);
    assert!(matches!(opened.unwrap_err().cause(), AdbCause::ConnectionLost(_)));
    is_cut_off(&phone, &mut peer, "a credit written in 3 bytes").await;
}

#[tokio::test]
async fn more_data_than_the_window_cuts_the_connection() {
    let (phone, mut peer) = pair(DELAYED).await;
    let opening = async {
        let open = peer.expect(Command::Open).await;
        peer.send(Packet::new(Command::Okay, 77, open.arg0, credit(65_536))).await;
        for _ in 0..6 {
            peer.send(Packet::new(Command::Wrte, 77, open.arg0, vec![0; 1024 * 1024])).await;
        }
    };
    let (stream, ()) = tokio::join!(phone.open("tcp:1", soon()), opening);
    let reason = "more data than it was allowed to send";
    is_cut_off(&phone, &mut peer, reason).await;
    let mut everything = Vec::new();
    let error = stream.unwrap().read_to_end(&mut everything).await.unwrap_err();
    assert!(error.to_string().contains(reason), "{error}");
    assert_eq!(everything.len(), 5 * 1024 * 1024, "what came before is read");
}

#[tokio::test]
async fn credit_taken_back_stops_the_stream_and_taken_back_again_cuts_the_connection() {
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
    is_cut_off(&phone, &mut peer, "a credit of -4294967296 bytes").await;
    let error = soon().run(stream.write_all(b"x")).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("a credit of"), "{error}");
}

/// Far more than the sockets between both sides and the answers that may wait can hold.
const FLOOD: usize = 64 * 1024 * 1024;
/// The ids of the flood's streams on the peer's side begin here, and on ours, where there are none, another so much on.
const FLOOD_IDS: u32 = 1_000_000;

/// Packet `number` of a flood that asks for an answer each time, and the answer.
fn flood_packet(number: u32) -> (Packet, Packet) {
    let (remote, local) = (FLOOD_IDS + number, 2 * FLOOD_IDS + number);
    if number.is_multiple_of(2) {
        (Packet::bare(Command::Okay, remote, local), Packet::bare(Command::Clse, local, remote))
    } else {
        (Packet::new(Command::Open, remote, 0, &b"tcp:1\0"[..]), Packet::bare(Command::Clse, 0, remote))
    }
}

#[tokio::test]
async fn a_flood_of_okays_and_opens_is_answered_within_bounds_and_harms_no_stream() {
    super::captured_log::keep();
    let socket = TcpSocket::new_v4().unwrap();
    // What the peer does not read waits on our side, and what we do not read waits on the peer's.
    socket.set_recv_buffer_size(4096).unwrap();
    socket.set_send_buffer_size(4096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (phone, peer) =
        tokio::join!(Phone::connect(&address, soon()), Peer::welcome(&listener, "flood", PLAIN));
    let (phone, mut peer) = (phone.unwrap(), peer);
    let (other, mut other_peer) = pair(PLAIN).await;

    let Peer { socket, decoder, .. } = &mut peer;
    let (mut reading, mut writing) = socket.split();
    let (mut number, mut sent, mut unsent) = (0, 0, Vec::new());
    let flooding = async {
        loop {
            if unsent.is_empty() {
                unsent = flood_packet(number).0.encode(false).to_vec();
                number += 1;
            }
            let written = Deadline::after(Duration::from_millis(500)).run(writing.write(&unsent)).await;
            let Ok(written) = written else { return };
            sent += unsent.drain(..written.unwrap()).len();
            assert!(sent < FLOOD, "{sent} bytes were taken from a peer that reads no answer");
        }
    };
    // Another phone does not notice, neither while it floods nor when it is stuck.
    tokio::join!(flooding, goes_on(&other, &mut other_peer, false));
    goes_on(&other, &mut other_peer, false).await;
    let asked = phone.shell("echo on", Deadline::after(Duration::from_millis(100))).await;
    assert!(matches!(asked.unwrap_err().cause(), AdbCause::DeadlinePassed(_)));

    // Once it reads, everything moves again, and every packet has its answer, in order.
    let answered = async {
        let mut next = 0;
        while next < number {
            let Some(packet) = decoder.next().unwrap() else {
                assert_ne!(reading.read_buf(decoder.space(65_536)).await.unwrap(), 0, "it was closed");
                continue;
            };
            if packet.arg1 >= FLOOD_IDS {
                assert_eq!(packet, flood_packet(next).1);
                next += 1;
            }
        }
    };
    let (written, answered) = tokio::join!(writing.write_all(&unsent), soon().run(answered));
    written.unwrap();
    answered.expect("the answers stopped");
    goes_on(&phone, &mut peer, false).await;
    assert!(lines_about(&address).is_empty());
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
    let (listed, ()) = tokio::join!(phone.files().list("/sdcard", soon()), flooding);
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
    let push = phone.files().push(source, "/sdcard/a.mp4", PushOptions::default(), |_| {}, soon());
    let (pushed, ()) = tokio::join!(push, lying);
    let error = pushed.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Protocol(_)), "{error}");
}
