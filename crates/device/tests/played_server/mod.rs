//! An adb server, played by a test: it lists what the test says and leads to virtual phones. It does nothing else, and fails
//! the test that asked it for more, such as to end. Real ones are met in `tests/adb_servers.rs`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::phone::{Deadline, Phone};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A phone on the server's list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// What the server calls it.
    pub(crate) serial: &'static str,
    /// `device`, `unauthorized` and so on.
    pub(crate) state: &'static str,
    /// The path of its USB port as the server prints it, such as `usb:1-7`, or `3-1.2` where it uses libusb; empty for a
    /// phone in the network.
    pub(crate) port: &'static str,
    /// 0 for a server that gives no numbers.
    pub(crate) transport_id: u64,
    /// Where the virtual phone listens that it is.
    pub(crate) address: String,
}

/// A server that runs until it is stopped or dropped.
pub(crate) struct PlayedServer {
    address: String,
    listed: watch::Sender<Vec<Listed>>,
    unknown: Unknown,
    stop: CancellationToken,
    _stop_at_drop: DropGuard,
}

/// Requests that a mere user of a server does not send.
type Unknown = Arc<Mutex<Vec<String>>>;

impl PlayedServer {
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await
    }

    pub(crate) async fn start_at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (listed, stop) = (watch::Sender::new(Vec::new()), CancellationToken::new());
        let unknown = Unknown::default();
        let (list, refused, token) = (listed.clone(), Arc::clone(&unknown), stop.clone());
        tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let serving = serve(socket, list.clone(), Arc::clone(&refused));
                tokio::spawn(token.clone().run_until_cancelled_owned(serving));
            }
        }));
        Self { address, listed, unknown, _stop_at_drop: stop.clone().drop_guard(), stop }
    }

    pub(crate) fn server(&self) -> AdbServer {
        AdbServer::at(&self.address)
    }

    pub(crate) fn list(&self, phones: Vec<Listed>) {
        self.listed.send_replace(phones);
    }

    /// Ends it and every connection to it, and gives its address.
    pub(crate) fn stop(self) -> String {
        self.stop.cancel();
        self.address.clone()
    }
}

impl Drop for PlayedServer {
    fn drop(&mut self) {
        let unknown = self.unknown.lock().unwrap();
        assert!(std::thread::panicking() || unknown.is_empty(), "the server was asked for {unknown:?}");
    }
}

async fn serve(mut socket: TcpStream, listed: watch::Sender<Vec<Listed>>, unknown: Unknown) {
    let mut phone = None;
    while let Some(request) = read_request(&mut socket).await {
        let phones = listed.borrow().clone();
        let numbered = |id: &str| phones.iter().find(|phone| id.parse() == Ok(phone.transport_id)).cloned();
        let named = |name: &str| phones.iter().find(|phone| phone.serial == name).cloned();
        if let Some(phone) = phone {
            return lead(socket, &request, phone).await;
        } else if request == "host:version" {
            answer(&mut socket, "0029").await;
        } else if request == "host:track-devices-l" {
            return track(socket, listed.subscribe()).await;
        } else if request.starts_with("host:connect:") {
            answer(&mut socket, "failed to connect to it: Connection refused").await;
        } else if request.ends_with(":features") {
            answer(&mut socket, "shell_v2,cmd,stat_v2").await;
        } else if let Some(name) = request.strip_prefix("host:tport:serial:") {
            match named(name) {
                Some(found) if found.transport_id == 0 => fail(&mut socket, "unknown host service").await,
                Some(found) => {
                    socket.write_all(b"OKAY").await.unwrap();
                    socket.write_all(&found.transport_id.to_le_bytes()).await.unwrap();
                }
                None => fail(&mut socket, &format!("device '{name}' not found")).await,
            }
        } else {
            let by_number = request.strip_prefix("host:transport-id:").map(numbered);
            let by_name = request.strip_prefix("host:transport:").map(named);
            match by_number.or(by_name) {
                Some(Some(found)) => {
                    phone = Some(found.address);
                    socket.write_all(b"OKAY").await.unwrap();
                }
                Some(None) => fail(&mut socket, "no device with this transport id").await,
                None => {
                    unknown.lock().unwrap().push(request);
                    fail(&mut socket, "unknown host service").await;
                }
            }
        }
    }
}

async fn read_request(socket: &mut TcpStream) -> Option<String> {
    let mut length = [0; 4];
    socket.read_exact(&mut length).await.ok()?;
    let length = usize::from_str_radix(std::str::from_utf8(&length).unwrap(), 16).unwrap();
    let mut text = vec![0; length];
    socket.read_exact(&mut text).await.ok()?;
    String::from_utf8(text).ok()
}

/// The list now and at every change.
async fn track(mut socket: TcpStream, mut listed: watch::Receiver<Vec<Listed>>) {
    socket.write_all(b"OKAY").await.unwrap();
    loop {
        let lines: String = listed.borrow_and_update().iter().map(line).collect();
        let message = format!("{:04x}{lines}", lines.len());
        if socket.write_all(message.as_bytes()).await.is_err() || listed.changed().await.is_err() {
            return;
        }
    }
}

fn line(phone: &Listed) -> String {
    let Listed { serial, state, port, transport_id, .. } = phone;
    match transport_id {
        0 => format!("{serial}\t{state}\n"),
        id => {
            let port = if port.is_empty() { String::new() } else { format!(" {port}") };
            format!("{serial:22} {state}{port} product:p model:m device:d transport_id:{id}\n")
        }
    }
}

/// Opens the service on the phone and copies both ways.
async fn lead(mut socket: TcpStream, service: &str, address: String) {
    let deadline = Deadline::after(Duration::from_secs(20));
    let opened = match Phone::connect(&address, deadline).await {
        Ok(phone) => phone.open(service, deadline).await.map(|stream| (phone, stream)),
        Err(error) => Err(error),
    };
    match opened {
        Ok((_phone, mut stream)) => {
            socket.write_all(b"OKAY").await.unwrap();
            // The end of either side is the end of both.
            let _ended = copy(&mut socket, &mut stream).await;
        }
        Err(_) => fail(&mut socket, "closed").await,
    }
}

async fn copy(socket: &mut TcpStream, stream: &mut tikmatrix_device::phone::Stream) -> std::io::Result<()> {
    let (mut from_host, mut from_phone) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = socket.read(&mut from_host) => match read? {
                0 => return Ok(()),
                count => stream.write_all(&from_host[..count]).await?,
            },
            read = stream.read(&mut from_phone) => match read? {
                0 => return Ok(()),
                count => socket.write_all(&from_phone[..count]).await?,
            },
        }
    }
}

async fn answer(socket: &mut TcpStream, text: &str) {
    socket.write_all(format!("OKAY{:04x}{text}", text.len()).as_bytes()).await.unwrap();
}

async fn fail(socket: &mut TcpStream, reason: &str) {
    socket.write_all(format!("FAIL{:04x}{reason}", reason.len()).as_bytes()).await.unwrap();
}
