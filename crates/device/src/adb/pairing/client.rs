//! The computer's side of a pairing: one connection to the address that the phone shows beside the code.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_domain::clean;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::protocol::{
    Agreement, EXPORTED_LEN, EXPORTER_LABEL, HEADER_LEN, Info, PacketKind, PairingError, Side, decode_header,
    encode,
};
use crate::adb::error::{AdbCause, AdbError};
use crate::adb::keys::KeyStore;
use crate::adb::reach::{Reach, connect};
use crate::adb::tls;
use crate::deadline::Deadline;

/// The time for a phone to store a key.
const CLOSES_WITHIN: Duration = Duration::from_secs(2);

/// Makes the phone whose dialog shows `address` (`HOST:PORT`) and `code` trust the first of `keys`; returns the name under
/// which it announces itself in the network, such as `adb-R5CT1234567-Ab1Cd2`. A wrong code costs the phone one
/// of twenty attempts.
///
/// # Errors
/// [`AdbError`]: with [`AdbCause::BadArgument`] when the code is not six digits, with [`AdbCause::Unauthorized`] when it is
/// not the one that the phone shows.
pub async fn pair(
    address: &str,
    code: &str,
    keys: &KeyStore,
    deadline: Deadline,
) -> Result<String, AdbError> {
    let failed = |cause: AdbCause| AdbError::new(&Arc::from(address), "pair", cause);
    let exchanged =
        deadline.run(exchange(address, code, keys)).await.map_err(|passed| failed(passed.into()))?;
    let (mut stream, name) = exchanged.map_err(failed)?;
    // The phone closes as soon as it trusts the key. One that does not close has paired all the same.
    let _ = deadline.at_most(CLOSES_WITHIN).run(stream.read(&mut [0])).await;
    Ok(name)
}

async fn exchange(
    address: &str,
    code: &str,
    keys: &KeyStore,
) -> Result<(TlsStream<TcpStream>, String), AdbCause> {
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AdbCause::BadArgument(format!(
            "the code {code:?} is not the six digits that the phone shows"
        )));
    }
    let ring = keys.ring().await.map_err(AdbCause::NoKey)?;
    let socket = connect(address, &Reach::Anywhere).await?;
    let mut stream = tls::begin(socket, &ring).await.map_err(|cause| {
        AdbCause::Unreachable(format!(
            "no phone pairs there ({cause}); take the address from the dialog with the code"
        ))
    })?;

    let mut exported = [0; EXPORTED_LEN];
    let session = stream.get_ref().1;
    session
        .export_keying_material(&mut exported, EXPORTER_LABEL, None)
        .map_err(|error| AdbCause::Protocol(error.to_string()))?;
    let agreement = Agreement::begin(Side::Computer, code, &exported);
    send(&mut stream, PacketKind::Agreement, agreement.message()).await?;
    let theirs = receive(&mut stream, PacketKind::Agreement).await?;
    let mut cipher = agreement.finish(&theirs)?;

    let key = Info::Key(ring.first().public().line(ring.owner()));
    send(&mut stream, PacketKind::Info, &cipher.seal(&key)?).await?;
    let theirs = receive(&mut stream, PacketKind::Info).await?;
    match cipher.open(&theirs)? {
        Info::Phone(name) => Ok((stream, clean(&name))),
        Info::Key(_) => Err(PairingError::Protocol("it says that it is a computer").into()),
    }
}

async fn send(stream: &mut TlsStream<TcpStream>, kind: PacketKind, payload: &[u8]) -> Result<(), AdbCause> {
    stream.write_all(&encode(kind, payload)).await.map_err(tls::socket_error)?;
    stream.flush().await.map_err(tls::socket_error)
}

async fn receive(stream: &mut TlsStream<TcpStream>, kind: PacketKind) -> Result<Vec<u8>, AdbCause> {
    let mut header = [0; HEADER_LEN];
    stream.read_exact(&mut header).await.map_err(tls::socket_error)?;
    let mut payload = vec![0; decode_header(header, kind)?];
    stream.read_exact(&mut payload).await.map_err(tls::socket_error)?;
    Ok(payload)
}

impl From<PairingError> for AdbCause {
    fn from(error: PairingError) -> Self {
        match error {
            PairingError::WrongCode => Self::Unauthorized(error.to_string()),
            PairingError::Protocol(_) => Self::Protocol(error.to_string()),
            PairingError::TooLong => Self::BadArgument(error.to_string()),
        }
    }
}
