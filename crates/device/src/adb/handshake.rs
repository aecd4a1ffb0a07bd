//! The first packets of a direct connection: who we are, who the phone is, and what both can do.
//! Source: AOSP packages/modules/adb, `adb.cpp` (`send_connect`, `handle_new_connection`).

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::banner::{Banner, DELAYED_ACK, SHELL_V2};
use super::error::AdbCause;
use super::packet::{Command, MAX_PAYLOAD, Packet, PacketDecoder, VERSION_WITHOUT_CHECKSUMS};

/// The features that this side has.
const FEATURES: [&str; 2] = [SHELL_V2, DELAYED_ACK];

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

/// Greets the phone. What it sent beyond its greeting stays in the decoder.
pub(super) async fn greet<S>(socket: &mut S, decoder: &mut PacketDecoder) -> Result<Agreement, AdbCause>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let maximum = u32::try_from(MAX_PAYLOAD).unwrap_or(u32::MAX);
    let banner = Banner::new("host", &FEATURES).format();
    let hello = Packet::new(Command::Cnxn, VERSION_WITHOUT_CHECKSUMS, maximum, banner);
    let lost = |error: std::io::Error| AdbCause::ConnectionLost(error.to_string());
    socket.write_all(&hello.encode(true)).await.map_err(lost)?;
    let answer = loop {
        if let Some(packet) = decoder.next().map_err(no_adb)? {
            break packet;
        }
        if socket.read_buf(decoder.space(4096)).await.map_err(lost)? == 0 {
            return Err(AdbCause::ConnectionLost("the phone closed it during the greeting".to_owned()));
        }
    };
    match answer.command {
        Command::Cnxn => agree(&answer, decoder),
        Command::Auth => Err(AdbCause::AuthorisationDemanded),
        Command::Stls => Err(AdbCause::TlsDemanded),
        other => Err(AdbCause::Protocol(format!("{other:?} instead of a greeting"))),
    }
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
pub(super) fn keep_ours(banner: &mut Banner) {
    banner.features.retain(|feature| FEATURES.contains(&feature.as_str()));
}

fn no_adb(error: impl std::fmt::Display) -> AdbCause {
    AdbCause::Protocol(format!("what listens there does not speak ADB ({error})"))
}
