//! The minimal adbd for a connection: it accepts the connection, and reports its serial.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tikmatrix_device::adb::packet::{Command, MAX_PAYLOAD, Packet, PacketDecoder, VERSION_WITHOUT_CHECKSUMS};
use tikmatrix_device::adb::shell_protocol::{Frame, FrameKind};
use tikmatrix_device::phone::{Deadline, Phone};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) struct Adbd {
    address: String,
    hang_up: CancellationToken,
    silent: Arc<AtomicBool>,
    _hang_up_at_drop: DropGuard,
}

impl Adbd {
    pub(crate) async fn start(serial: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let hang_up = CancellationToken::new();
        let (token, serial) = (hang_up.clone(), serial.to_owned());
        let silent = Arc::new(AtomicBool::new(false));
        let is_silent = Arc::clone(&silent);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (token, serial, is_silent) = (token.clone(), serial.clone(), Arc::clone(&is_silent));
                let serve = async move { serve(socket, &serial, &is_silent).await };
                tokio::spawn(async move { token.run_until_cancelled(serve).await });
            }
        });
        Self { address, _hang_up_at_drop: hang_up.clone().drop_guard(), hang_up, silent }
    }

    pub(crate) async fn connect(&self) -> Phone {
        Phone::connect(&self.address, Deadline::after(Duration::from_secs(10))).await.unwrap()
    }

    /// Stops answering new streams, or answers again.
    pub(crate) fn fall_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    /// Closes every connection, like a phone that loses its network.
    pub(crate) fn hang_up(&self) {
        self.hang_up.cancel();
    }
}

async fn serve(mut socket: TcpStream, serial: &str, is_silent: &AtomicBool) {
    let mut decoder = PacketDecoder::new(MAX_PAYLOAD);
    let mut buffer = vec![0; 4096];
    loop {
        let Ok(count @ 1..) = socket.read(&mut buffer).await else { return };
        decoder.push(&buffer[..count]);
        while let Some(packet) = decoder.next().unwrap() {
            if packet.command == Command::Cnxn {
                decoder.agree(VERSION_WITHOUT_CHECKSUMS, MAX_PAYLOAD);
            }
            if is_silent.load(Ordering::SeqCst) {
                continue;
            }
            for answer in answers(&packet, serial) {
                if socket.write_all(&answer.encode(false)).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn answers(packet: &Packet, serial: &str) -> Vec<Packet> {
    let theirs = packet.arg0;
    let ours = theirs + 1_000;
    match packet.command {
        Command::Cnxn => {
            let maximum = u32::try_from(MAX_PAYLOAD).unwrap();
            let banner = Bytes::from_static(b"device::features=shell_v2");
            vec![Packet::new(Command::Cnxn, VERSION_WITHOUT_CHECKSUMS, maximum, banner)]
        }
        Command::Open => {
            let output = Frame::new(FrameKind::Stdout, format!("{serial}\n")).encode();
            let exit = Frame::new(FrameKind::Exit, vec![0]).encode();
            vec![
                Packet::bare(Command::Okay, ours, theirs),
                Packet::new(Command::Wrte, ours, theirs, [output, exit].concat()),
                Packet::bare(Command::Clse, ours, theirs),
            ]
        }
        _ => Vec::new(),
    }
}
