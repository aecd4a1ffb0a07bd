//! The first packets of a host's connection: its hello and its authentication.
//! Source: AOSP packages/modules/adb, `adb.cpp` (`handle_packet`, A_AUTH and A_STLS), `daemon/auth.cpp`.

use std::io;

use tikmatrix_device::adb::handshake::{Banner, DELAYED_ACK};
use tikmatrix_device::adb::keys::{AdbPublicKey, TOKEN_LEN};
use tikmatrix_device::adb::packet::{
    Command, HEADER_LEN, MAX_HANDSHAKE_PAYLOAD, MAX_PAYLOAD, Packet, PacketDecoder, VERSION_WITHOUT_CHECKSUMS,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::access::{Access, Gatekeeper};
use crate::daemon::access::tls;

/// The first argument of AUTH: the kind of its payload.
const TOKEN: u32 = 1;
const SIGNATURE: u32 = 2;
const PUBLIC_KEY: u32 = 3;
/// The version of a request for TLS (`A_STLS_VERSION`).
const TLS_VERSION: u32 = 0x0100_0000;
/// A host sends one signature for each of its keys.
const MAX_SIGNATURES: usize = 100;
/// The least space for bytes of one read.
const READ_BYTES: usize = 4096;

/// An accepted host, and its hello.
pub(crate) enum Guest {
    Plain(TcpStream, Hello),
    Tls(Box<TlsStream<TcpStream>>, Hello),
}

/// The parameters of the connection that both sides agreed on.
pub(crate) struct Hello {
    /// The protocol's version in force.
    pub(crate) version: u32,
    /// The largest payload that the host takes.
    pub(crate) limit: usize,
    /// Whether the host acknowledges by credit.
    pub(crate) delayed_ack: bool,
    /// The bytes that the host sent after its hello.
    pub(crate) decoder: PacketDecoder,
}

/// Reads a host's hello and authenticates it. `None` when it disconnected first.
pub(crate) async fn admit(socket: TcpStream, gatekeeper: &Gatekeeper) -> io::Result<Option<Guest>> {
    socket.set_nodelay(true)?;
    let mut host = Host { socket, decoder: PacketDecoder::new(MAX_HANDSHAKE_PAYLOAD) };
    let hello = loop {
        match host.next().await? {
            Some(packet) if packet.command == Command::Cnxn => break packet,
            // Anything before the hello is ignored, as adbd does while it is offline.
            Some(_) => {}
            None => return Ok(None),
        }
    };
    let limit = usize::try_from(hello.arg1).unwrap_or(MAX_PAYLOAD).clamp(MAX_HANDSHAKE_PAYLOAD, MAX_PAYLOAD);
    let version = hello.arg0.min(VERSION_WITHOUT_CHECKSUMS);
    let delayed_ack = Banner::parse(&hello.payload).is_ok_and(|host| host.offers(DELAYED_ACK));
    let hello = |mut decoder: PacketDecoder| {
        decoder.agree(version, MAX_PAYLOAD);
        Hello { version, limit, delayed_ack, decoder }
    };
    match gatekeeper.mode() {
        Access::Accept => {}
        Access::Ask | Access::Refuse => {
            if !authenticate(&mut host, gatekeeper).await? {
                return Ok(None);
            }
        }
        Access::Tls => {
            host.send(Packet::bare(Command::Stls, TLS_VERSION, 0)).await?;
            let Some(answer) = host.next_alone().await? else { return Ok(None) };
            if answer.command != Command::Stls || !host.decoder.is_empty() {
                return Err(broken(Unexpected(answer.command)));
            }
            let socket = tls::accept(host.socket, gatekeeper).await?;
            let hello = hello(PacketDecoder::new(MAX_HANDSHAKE_PAYLOAD));
            return Ok(Some(Guest::Tls(Box::new(socket), hello)));
        }
    }
    Ok(Some(Guest::Plain(host.socket, hello(host.decoder))))
}

/// Whether the host has a trusted key, or the answer on the screen trusts it; `false` when it disconnected.
async fn authenticate(host: &mut Host, gatekeeper: &Gatekeeper) -> io::Result<bool> {
    let mut token: [u8; TOKEN_LEN] = rand::random();
    host.send(Packet::new(Command::Auth, TOKEN, 0, token.to_vec())).await?;
    let mut signatures = 0;
    while let Some(packet) = host.next().await? {
        match (packet.command, packet.arg0) {
            (Command::Auth, SIGNATURE) if signatures < MAX_SIGNATURES => {
                signatures += 1;
                if gatekeeper.mode() != Access::Refuse && gatekeeper.knows(&token, &packet.payload) {
                    return Ok(true);
                }
                // Each signature has its own token.
                token = rand::random();
                host.send(Packet::new(Command::Auth, TOKEN, 0, token.to_vec())).await?;
            }
            (Command::Auth, PUBLIC_KEY) => {
                let key = AdbPublicKey::parse(&packet.payload).map_err(broken)?;
                let asks = gatekeeper.mode() == Access::Ask;
                let owner = owner(&packet.payload);
                let question = gatekeeper.ask(key, &owner);
                if asks {
                    match host.unless_gone(question).await? {
                        Some(false) => {}
                        allowed => return Ok(allowed.is_some()),
                    }
                }
                // A phone does not answer a host that it refuses.
                host.unless_gone(std::future::pending::<()>()).await?;
                return Ok(false);
            }
            (command, _) => return Err(broken(Unexpected(command))),
        }
    }
    Ok(false)
}

/// The text after the key in its line.
fn owner(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    text.trim_end_matches('\0').split_once(' ').map_or_else(String::new, |(_, owner)| owner.to_owned())
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} from a host that is not authenticated yet")]
struct Unexpected(Command);

/// The connection to a host before its admission.
struct Host {
    socket: TcpStream,
    decoder: PacketDecoder,
}

impl Host {
    async fn next(&mut self) -> io::Result<Option<Packet>> {
        loop {
            if let Some(packet) = self.decoder.next().map_err(broken)? {
                return Ok(Some(packet));
            }
            if self.socket.read_buf(self.decoder.space(READ_BYTES)).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Reads a packet without payload, and no byte more: TLS may follow.
    async fn next_alone(&mut self) -> io::Result<Option<Packet>> {
        let mut header = [0; HEADER_LEN];
        match self.socket.read_exact(&mut header).await {
            Ok(_) => self.decoder.push(&header),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        self.decoder.next().map_err(broken)
    }

    async fn send(&mut self, packet: Packet) -> io::Result<()> {
        self.socket.write_all(&packet.encode(true)).await
    }

    /// Awaits `answer`. `None` when the host disconnects first.
    async fn unless_gone<T>(&mut self, answer: impl Future<Output = T>) -> io::Result<Option<T>> {
        tokio::select! {
            answer = answer => Ok(Some(answer)),
            packet = self.next() => match packet? {
                Some(packet) => Err(broken(Unexpected(packet.command))),
                None => Ok(None),
            },
        }
    }
}
