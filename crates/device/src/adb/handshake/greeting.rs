//! The first packets of a direct connection: who we are, who the phone is, and what both can do. A phone that wants to
//! know who is there is shown signatures, then a public key; one that demands TLS is told to the caller.
//! Source: AOSP packages/modules/adb, `adb.cpp` (`send_connect`, `handle_new_connection`), `client/auth.cpp`
//! (`send_auth_response`).

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::banner::{Banner, DELAYED_ACK, LS_V2, SENDRECV_V2, SHELL_V2, STAT_V2};
use crate::adb::error::AdbCause;
use crate::adb::keys::{KeyRing, KeyStore, TOKEN_LEN};
use crate::adb::packet::{Command, MAX_PAYLOAD, Packet, PacketDecoder, VERSION_WITHOUT_CHECKSUMS};
use crate::adb::sync::Packing;
use crate::adb::tls;

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
/// The first argument of AUTH: what its payload is.
const TOKEN: u32 = 1;
const SIGNATURE: u32 = 2;
const PUBLIC_KEY: u32 = 3;
/// The version of a request for TLS (`A_STLS_VERSION`).
const TLS_VERSION: u32 = 0x0100_0000;

/// What both sides agreed on.
#[derive(Debug, Clone)]
pub(crate) struct Agreement {
    /// What the phone says of itself; its features are cut to those in force.
    pub(crate) banner: Banner,
    /// Whether every packet carries the sum of its payload.
    pub(crate) checksums: bool,
    /// The largest payload that the phone takes, in bytes.
    pub(crate) max_payload: usize,
}

/// How far the greeting came.
#[derive(Debug)]
pub(in crate::adb) enum Greeting {
    /// The phone is ready.
    Agreed(Agreement),
    /// The phone was shown every key in vain and asks its person about this one: [`accepted`] waits for the answer.
    Asked {
        /// The key, as the phone's dialog shows it.
        fingerprint: String,
    },
    /// The phone goes on inside TLS, from this very byte on; [`welcome`] takes its greeting there.
    Tls,
}

/// Greets the phone. What it sent beyond its greeting stays in the decoder.
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
    // Each key is shown once: a phone cannot keep us signing for ever.
    let mut shown = 0;
    loop {
        let packet = receive(socket, decoder).await?;
        match packet.command {
            Command::Cnxn => return agree(&packet, decoder).map(Greeting::Agreed),
            Command::Stls if shown == 0 && decoder.is_empty() => {
                send(socket, &Packet::bare(Command::Stls, TLS_VERSION, 0)).await?;
                return Ok(Greeting::Tls);
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

/// Waits until a person has let this machine in.
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

/// Takes the greeting of a phone that has checked who is there: inside TLS it is the first to speak.
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
    socket.write_all(&packet.encode(true)).await.map_err(tls::cause)?;
    socket.flush().await.map_err(tls::cause)
}

async fn receive<S: AsyncRead + Unpin>(
    socket: &mut S,
    decoder: &mut PacketDecoder,
) -> Result<Packet, AdbCause> {
    loop {
        if let Some(packet) = decoder.next().map_err(no_adb)? {
            return Ok(packet);
        }
        if socket.read_buf(decoder.space(4096)).await.map_err(tls::cause)? == 0 {
            return Err(AdbCause::ConnectionLost("the phone closed it during the greeting".to_owned()));
        }
    }
}

fn token(packet: &Packet) -> Result<[u8; TOKEN_LEN], AdbCause> {
    let length = packet.payload.len();
    let token = <[u8; TOKEN_LEN]>::try_from(&packet.payload[..]).ok().filter(|_| packet.arg0 == TOKEN);
    token.ok_or_else(|| {
        AdbCause::Protocol(format!(
            "AUTH {} with {length} bytes instead of a token of {TOKEN_LEN}",
            packet.arg0
        ))
    })
}

/// The answer to a token when `shown` keys were shown already, and with the public key, which is the last answer, the
/// key's fingerprint.
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
    let mut banner = Banner::parse(&answer.payload).map_err(|error| AdbCause::Protocol(error.to_string()))?;
    keep_ours(&mut banner);
    let version = answer.arg0.min(VERSION_WITHOUT_CHECKSUMS);
    let max_payload = usize::try_from(answer.arg1).unwrap_or(MAX_PAYLOAD).min(MAX_PAYLOAD);
    if max_payload == 0 {
        return Err(AdbCause::Protocol("it takes packets of no size".to_owned()));
    }
    decoder.agree(version, MAX_PAYLOAD);
    Ok(Agreement { banner, checksums: version < VERSION_WITHOUT_CHECKSUMS, max_payload })
}

/// Leaves of the features those that this side has too.
pub(in crate::adb) fn keep_ours(banner: &mut Banner) {
    banner.features.retain(|feature| FEATURES.contains(&feature.as_str()));
}

fn unexpected(command: Command) -> AdbCause {
    AdbCause::Protocol(format!("{command:?} instead of a greeting"))
}

fn no_adb(error: impl std::fmt::Display) -> AdbCause {
    AdbCause::Protocol(format!("what listens there does not speak ADB ({error})"))
}
