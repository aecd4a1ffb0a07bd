//! The first packets of a direct connection: identity and features of both sides. A phone that asks for authorisation gets
//! signatures, then a public key; a demand for TLS is returned to the caller.
//! Source: AOSP packages/modules/adb, `adb.cpp` (`send_connect`, `handle_new_connection`), `client/auth.cpp`
//! (`send_auth_response`).

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::banner::{Banner, DELAYED_ACK, LS_V2, SENDRECV_V2, SHELL_V2, STAT_V2};
use crate::adb::error::AdbCause;
use crate::adb::keys::{KeyRing, KeyStore, TOKEN_LEN};
use crate::adb::packet::{
    Command, MAX_PAYLOAD, Packet, PacketDecoder, PacketError, VERSION_WITHOUT_CHECKSUMS,
};
use crate::adb::sync::Packing;
#[cfg(feature = "tls")]
use crate::adb::tls::socket_error;

/// The features that this side has.
const FEATURES: [&str; 8] = [
    SHELL_V2,
    DELAYED_ACK,
    STAT_V2,
    LS_V2,
    SENDRECV_V2,
    Packing::Brotli.feature(),
    Packing::Lz4.feature(),
    Packing::Zstd.feature(),
];
/// The first argument of AUTH: the kind of its payload.
const TOKEN: u32 = 1;
const SIGNATURE: u32 = 2;
const PUBLIC_KEY: u32 = 3;

/// The terms that both sides agreed on.
#[derive(Debug, Clone)]
pub(crate) struct Agreement {
    /// The banner of the phone, with the features in force.
    pub(crate) banner: Banner,
    /// Whether every packet carries the sum of its payload.
    pub(crate) checksums: bool,
    /// The largest payload that the phone accepts, in bytes.
    pub(crate) max_payload: usize,
}

/// The result of a greeting.
#[derive(Debug)]
pub(in crate::adb) enum Greeting {
    /// The phone is ready.
    Agreed(Agreement),
    /// The phone knows none of the keys and shows a dialog for this one: [`accepted`] waits for the answer.
    Asked {
        /// The key, as the phone's dialog shows it.
        fingerprint: String,
    },
    #[cfg(feature = "tls")]
    /// The phone continues inside TLS, from this byte on; [`welcome`] receives its greeting there.
    Tls,
}

/// Greets the phone. Bytes after its greeting stay in the decoder.
pub(in crate::adb) async fn greet<S>(
    socket: &mut S,
    decoder: &mut PacketDecoder,
    keys: &KeyStore,
) -> Result<Greeting, AdbCause>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let maximum = u32::try_from(MAX_PAYLOAD).unwrap_or(u32::MAX);
    let banner = Banner::new("host", &FEATURES).format();
    let hello = Packet::new(Command::Cnxn, VERSION_WITHOUT_CHECKSUMS, maximum, banner);
    send(socket, &hello).await?;
    // Each key is shown once: a phone cannot make us sign for ever.
    let mut shown = 0;
    loop {
        let packet = receive(socket, decoder).await?;
        match packet.command {
            Command::Cnxn => return agree(&packet, decoder).map(Greeting::Agreed),
            Command::Stls if shown == 0 && decoder.is_empty() => {
                return accept_tls(socket).await;
            }
            Command::Auth => {
                let token = token(&packet)?;
                let ring = keys.ring().await.map_err(AdbCause::NoKey)?;
                let (answer, asked) = answer(&ring, shown, &token)?;
                send(socket, &answer).await?;
                if let Some(fingerprint) = asked {
                    return Ok(Greeting::Asked { fingerprint });
                }
                shown += 1;
            }
            other => return Err(unexpected(other)),
        }
    }
}

#[cfg(feature = "tls")]
async fn accept_tls<S: AsyncWrite + Unpin>(socket: &mut S) -> Result<Greeting, AdbCause> {
    /// The version of a request for TLS (`A_STLS_VERSION`).
    const TLS_VERSION: u32 = 0x0100_0000;
    send(socket, &Packet::bare(Command::Stls, TLS_VERSION, 0)).await?;
    Ok(Greeting::Tls)
}

#[cfg(not(feature = "tls"))]
async fn accept_tls<S>(_socket: &mut S) -> Result<Greeting, AdbCause> {
    Err(AdbCause::Local("the phone demands TLS, and this program was built without it".to_owned()))
}

/// Waits until a person has accepted the key.
pub(in crate::adb) async fn accepted<S>(
    socket: &mut S,
    decoder: &mut PacketDecoder,
) -> Result<Agreement, AdbCause>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let refused = |how: &str| AdbCause::Unauthorized(format!("it {how} after it was shown the public key"));
    let packet = match receive(socket, decoder).await {
        Err(AdbCause::ConnectionLost(_)) => return Err(refused("closed the connection")),
        packet => packet?,
    };
    match packet.command {
        Command::Cnxn => agree(&packet, decoder),
        Command::Auth => Err(refused("asked for another key")),
        other => Err(unexpected(other)),
    }
}

#[cfg(feature = "tls")]
/// Receives the greeting of a phone that has authorised this machine: inside TLS the phone speaks first.
pub(in crate::adb) async fn welcome<S>(
    socket: &mut S,
    decoder: &mut PacketDecoder,
) -> Result<Agreement, AdbCause>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let packet = receive(socket, decoder).await?;
    match packet.command {
        Command::Cnxn => agree(&packet, decoder),
        other => Err(unexpected(other)),
    }
}

async fn send<S: AsyncWrite + Unpin>(socket: &mut S, packet: &Packet) -> Result<(), AdbCause> {
    socket.write_all(&packet.encode(true)).await.map_err(socket_error)?;
    socket.flush().await.map_err(socket_error)
}

async fn receive<S: AsyncRead + Unpin>(
    socket: &mut S,
    decoder: &mut PacketDecoder,
) -> Result<Packet, AdbCause> {
    loop {
        if let Some(packet) = decoder.next().map_err(no_adb)? {
            return Ok(packet);
        }
        if socket.read_buf(decoder.space(4096)).await.map_err(socket_error)? == 0 {
            return Err(AdbCause::ConnectionLost("the phone closed it during the greeting".to_owned()));
        }
    }
}

fn token(packet: &Packet) -> Result<[u8; TOKEN_LEN], AdbCause> {
    let length = packet.payload.len();
    let token = <[u8; TOKEN_LEN]>::try_from(&packet.payload[..]).ok().filter(|_| packet.arg0 == TOKEN);
    token.ok_or_else(|| {
        AdbCause::Protocol(format!("AUTH with {length} bytes instead of a token of {TOKEN_LEN}"))
    })
}

/// Returns the answer to a token when `shown` keys were shown already: the last answer is the public key, with its
/// fingerprint.
fn answer(
    ring: &KeyRing,
    shown: usize,
    token: &[u8; TOKEN_LEN],
) -> Result<(Packet, Option<String>), AdbCause> {
    if let Some(key) = ring.keys().nth(shown) {
        let signature = key.sign(token).map_err(|error| AdbCause::Local(error.to_string()))?;
        return Ok((Packet::new(Command::Auth, SIGNATURE, 0, signature), None));
    }
    let public = ring.first().public();
    let line = format!("{}\0", public.line(ring.owner()));
    Ok((Packet::new(Command::Auth, PUBLIC_KEY, 0, line), Some(public.fingerprint())))
}

fn agree(answer: &Packet, decoder: &mut PacketDecoder) -> Result<Agreement, AdbCause> {
    let mut banner = Banner::parse(&answer.payload)
        .map_err(|_| AdbCause::Protocol("its banner is not KIND:SERIAL:PROPERTIES".to_owned()))?;
    keep_ours(&mut banner);
    let version = answer.arg0.min(VERSION_WITHOUT_CHECKSUMS);
    let max_payload = usize::try_from(answer.arg1).unwrap_or(MAX_PAYLOAD).min(MAX_PAYLOAD);
    if max_payload == 0 {
        return Err(AdbCause::Protocol("it takes packets of no size".to_owned()));
    }
    decoder.agree(version, MAX_PAYLOAD);
    Ok(Agreement { banner, checksums: version < VERSION_WITHOUT_CHECKSUMS, max_payload })
}

/// Keeps the features that this side has as well.
pub(in crate::adb) fn keep_ours(banner: &mut Banner) {
    banner.features.retain(|feature| FEATURES.contains(&feature.as_str()));
}

#[cfg(not(feature = "tls"))]
#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn socket_error(error: std::io::Error) -> AdbCause {
    AdbCause::ConnectionLost(error.to_string())
}

fn unexpected(command: Command) -> AdbCause {
    AdbCause::Protocol(format!("{command:?} instead of a greeting"))
}

/// Reports a packet that is none. Bytes that are not a header of ADB are not quoted: a client who may name an address must not
/// read what answers there.
fn no_adb(error: PacketError) -> AdbCause {
    AdbCause::Protocol(match error {
        PacketError::UnknownCommand(_) | PacketError::WrongMagic { .. } => {
            "what listens there does not speak ADB".to_owned()
        }
        PacketError::TooLong { .. } | PacketError::WrongSum { .. } => error.to_string(),
    })
}
