//! The phone's side of pairing by code, while the dialog "Pair device with pairing code" is open.
//! Source: AOSP packages/modules/adb, `pairing_connection/pairing_server.cpp`.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::adb::keys::AdbPublicKey;
use tikmatrix_device::adb::pairing::{
    Agreement, EXPORTED_LEN, EXPORTER_LABEL, HEADER_LEN, Info, PacketKind, PairingError, Side, decode_header,
    encode,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use crate::daemon::access::tls;
use crate::machine::Machine;

/// `kMaxPairingAttempts` of AOSP: the dialog closes after so many attempts.
const MAX_ATTEMPTS: u32 = 20;
/// For one attempt.
const PAIRING_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves one computer after the other until one has paired, too many had a wrong code, or `off` is true.
pub(crate) async fn offer(
    listener: TcpListener,
    code: String,
    machine: Arc<Machine>,
    mut off: watch::Receiver<bool>,
) {
    let serve = async {
        for _ in 0..MAX_ATTEMPTS {
            let Ok((socket, peer)) = listener.accept().await else { return };
            let paired = timeout(PAIRING_TIMEOUT, pair(socket, &code, &machine)).await;
            match paired.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
                Ok(key) => {
                    log::info!("{}: {peer} is paired, with the key {key}", machine.serial());
                    return;
                }
                Err(error) => log::warn!("{}: {peer} is not paired: {error}", machine.serial()),
            }
        }
        log::warn!("{}: pairing ended after {MAX_ATTEMPTS} attempts with wrong codes", machine.serial());
    };
    tokio::select! {
        () = serve => {}
        _ = off.wait_for(|off| *off) => {}
    }
}

/// Trusts the computer's key if it has the code. Returns the key's fingerprint.
async fn pair(socket: TcpStream, code: &str, machine: &Machine) -> io::Result<String> {
    let mut stream = tls::accept_anyone(socket).await?;
    let mut exported = [0; EXPORTED_LEN];
    stream
        .get_ref()
        .1
        .export_keying_material(&mut exported, EXPORTER_LABEL, None)
        .map_err(io::Error::other)?;
    let agreement = Agreement::begin(Side::Phone, code, &exported);
    send(&mut stream, PacketKind::Agreement, agreement.message()).await?;
    let theirs = receive(&mut stream, PacketKind::Agreement).await?;
    let mut cipher = agreement.finish(&theirs).map_err(wrong)?;
    let name = Info::Phone(format!("adb-{}-virtua", machine.serial()));
    send(&mut stream, PacketKind::Info, &cipher.seal(&name).map_err(wrong)?).await?;
    let theirs = receive(&mut stream, PacketKind::Info).await?;
    let Info::Key(line) = cipher.open(&theirs).map_err(wrong)? else {
        return Err(wrong(PairingError::Protocol("a phone wants to pair with a phone")));
    };
    let key = AdbPublicKey::parse(line.as_bytes()).map_err(io::Error::other)?;
    let fingerprint = key.fingerprint();
    machine.gatekeeper.trust(key);
    // The key is trusted, whether the computer waits for the end or not.
    let _ = stream.shutdown().await;
    Ok(fingerprint)
}

fn wrong(error: PairingError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

async fn send(stream: &mut TlsStream<TcpStream>, kind: PacketKind, payload: &[u8]) -> io::Result<()> {
    stream.write_all(&encode(kind, payload)).await?;
    stream.flush().await
}

async fn receive(stream: &mut TlsStream<TcpStream>, kind: PacketKind) -> io::Result<Vec<u8>> {
    let mut header = [0; HEADER_LEN];
    stream.read_exact(&mut header).await?;
    let mut payload = vec![0; decode_header(header, kind).map_err(wrong)?];
    stream.read_exact(&mut payload).await?;
    Ok(payload)
}
