//! The phone's end of a direct connection, played packet by packet by a test. It leaves what is said to the test.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use bytes::Bytes;
use tikmatrix_device::adb::handshake::Banner;
use tikmatrix_device::adb::packet::{Command, MAX_PAYLOAD, Packet, PacketDecoder, VERSION_WITHOUT_CHECKSUMS};
use tikmatrix_device::adb::shell_protocol::{Frame, FrameKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The longest wait for a packet: a test that waits in vain fails instead of hanging.
const TIMEOUT: Duration = Duration::from_secs(20);

/// One accepted connection.
pub(crate) struct Peer {
    pub(crate) socket: TcpStream,
    pub(crate) decoder: PacketDecoder,
    terms: Terms,
}

/// What a phone's greeting settles.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    /// The version of the protocol.
    pub(crate) version: u32,
    /// The largest payload that it takes, in bytes.
    pub(crate) max_payload: u32,
}

impl Terms {
    /// Those of a phone of today.
    pub(crate) const NEW: Self = Self { version: VERSION_WITHOUT_CHECKSUMS, max_payload: 1024 * 1024 };

    fn has_sums(self) -> bool {
        self.version < VERSION_WITHOUT_CHECKSUMS
    }
}

/// A listener on a free port of this machine, and its address.
pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

impl Peer {
    /// Accepts a connection and takes the greeting, without answering it.
    pub(crate) async fn accept(listener: &TcpListener) -> Self {
        let (socket, _) = listener.accept().await.unwrap();
        let mut peer = Self { socket, decoder: PacketDecoder::new(MAX_PAYLOAD), terms: Terms::NEW };
        let hello = peer.read().await;
        assert_eq!((hello.command, hello.arg0), (Command::Cnxn, VERSION_WITHOUT_CHECKSUMS));
        assert!(Banner::parse(&hello.payload).unwrap().offers("shell_v2"));
        peer.decoder.agree(VERSION_WITHOUT_CHECKSUMS, MAX_PAYLOAD);
        peer
    }

    /// Accepts a connection, greets with `features` and tells `serial`.
    pub(crate) async fn welcome(listener: &TcpListener, serial: &str, features: &[&str]) -> Self {
        Self::welcome_by(listener, serial, features, Terms::NEW).await
    }

    /// The same by other terms.
    pub(crate) async fn welcome_by(
        listener: &TcpListener,
        serial: &str,
        features: &[&str],
        terms: Terms,
    ) -> Self {
        let mut peer = Self::accept(listener).await;
        peer.greet(features, terms).await;
        let open = peer.expect(Command::Open).await;
        assert!(open.payload.ends_with(b"getprop ro.serialno\0"), "{:?}", open.payload);
        peer.run(&open, features.contains(&"delayed_ack"), serial.as_bytes()).await;
        peer
    }

    /// Answers the greeting. From here on what does not keep to the terms fails the test.
    pub(crate) async fn greet(&mut self, features: &[&str], terms: Terms) {
        let banner = Banner::new("device", features).format();
        self.send(Packet::new(Command::Cnxn, terms.version, terms.max_payload, banner)).await;
        self.decoder.agree(terms.version, usize::try_from(terms.max_payload).unwrap());
        self.terms = terms;
    }

    /// Plays a command that prints `output` and ends well, then closes the stream twice, as adbd does.
    pub(crate) async fn run(&mut self, open: &Packet, delayed_ack: bool, output: &[u8]) {
        let (local, remote) = (open.arg0 + 1000, open.arg0);
        let credit = if delayed_ack { Bytes::from_static(&[0, 0, 1, 0]) } else { Bytes::new() };
        self.send(Packet::new(Command::Okay, local, remote, credit)).await;
        let mut frames = Frame::new(FrameKind::Stdout, output.to_vec()).encode().to_vec();
        frames.extend_from_slice(&Frame::new(FrameKind::Exit, vec![0]).encode());
        self.send(Packet::new(Command::Wrte, local, remote, frames)).await;
        self.send(Packet::bare(Command::Clse, local, remote)).await;
        self.send(Packet::bare(Command::Clse, local, remote)).await;
    }

    pub(crate) async fn send(&mut self, packet: Packet) {
        self.socket.write_all(&packet.encode(self.terms.has_sums())).await.unwrap();
    }

    /// The next packet, which must come.
    pub(crate) async fn read(&mut self) -> Packet {
        let packet = tokio::time::timeout(TIMEOUT, self.try_read()).await;
        packet.expect("no packet came").expect("the connection was closed")
    }

    /// The next packet, or `None` when the other side has closed the connection.
    pub(crate) async fn try_read(&mut self) -> Option<Packet> {
        loop {
            if let Some(packet) = self.decoder.next().unwrap() {
                return Some(packet);
            }
            match self.socket.read_buf(self.decoder.space(65_536)).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Reads on until a packet of this kind.
    pub(crate) async fn expect(&mut self, command: Command) -> Packet {
        loop {
            let packet = self.read().await;
            if packet.command == command {
                return packet;
            }
        }
    }
}
