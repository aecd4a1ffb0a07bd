//! The ways to one phone that are compared, with the same work for each.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use adb_client::ADBDeviceExt;
use adb_client::server_device::ADBServerDevice;
use libadb::shell::v2;
use libadb::{Connection, Feature, TokioTcp, sync};
use tikmatrix_device::phone::{Deadline, Phone, PushOptions};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use super::outcome::{Outcome, text};
use super::server::{self, Server};
use super::worker::Worker;

/// What each call runs, and what has to come of it.
pub(crate) const COMMAND: &str = "echo tikmatrix; exit 3";
pub(crate) const OUTPUT: &str = "tikmatrix";
pub(crate) const STATUS: u8 = 3;
/// A service that ends at once and starts no process.
const SOURCE: &str = "source:0";
const CALL_TIMEOUT: Duration = Duration::from_secs(60);

/// One way to a phone.
pub(crate) enum Client {
    Ours(Phone),
    Libadb(Box<Connection<TokioTcp>>),
    Blocking(Box<ADBServerDevice>),
    CommandLine(Arc<Server>, String),
    Worker(&'static str, Worker),
}

/// What a client is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Work<'a> {
    /// So many shell calls with output and exit status.
    Shell(usize),
    /// So many streams to `sync:`, each for one STAT.
    Stat(usize),
    /// So many streams that the phone ends at once.
    Source(usize),
    Push(&'a Path, &'a Path),
    Pull(&'a Path, &'a Path),
}

impl Client {
    pub(crate) async fn ours(address: &str) -> Outcome<Self> {
        Ok(Self::Ours(Phone::connect(address, Deadline::after(CALL_TIMEOUT)).await?))
    }

    pub(crate) async fn libadb(address: &str) -> Outcome<Self> {
        let socket = tokio::net::TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        let features = [Feature::ShellV2, Feature::SendrecvV2, Feature::DelayedAck];
        let connection = Connection::<_>::connect(TokioTcp::new(socket), NoKey, &features).await?;
        Ok(Self::Libadb(Box::new(connection)))
    }

    /// Through the adb server, which has to know the phone.
    pub(crate) fn adb_client(address: &str) -> Self {
        let server = SocketAddrV4::new(Ipv4Addr::LOCALHOST, server::PORT);
        Self::Blocking(Box::new(ADBServerDevice::new(address.to_owned(), Some(server))))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Ours(_) => "tikmatrix",
            Self::Libadb(_) => "libadb 0.7",
            Self::Blocking(_) => "adb_client 3.2",
            Self::CommandLine(..) => "adb command line",
            Self::Worker(name, _) => name,
        }
    }

    /// Does the work and gives the number of wrong results; `None` if the client has no way to do it.
    pub(crate) async fn work(&mut self, work: Work<'_>) -> Outcome<Option<usize>> {
        match self {
            Self::Ours(phone) => ours(phone, work).await,
            Self::Libadb(connection) => libadb(connection, work).await,
            Self::Blocking(device) => tokio::task::block_in_place(|| adb_client(device, work)),
            Self::CommandLine(server, address) => {
                tokio::task::block_in_place(|| command_line(server, address, work))
            }
            Self::Worker(_, worker) => tokio::task::block_in_place(|| told(worker, work)),
        }
    }
}

fn is_wrong(output: &[u8], status: Option<u8>) -> usize {
    usize::from(output.trim_ascii_end() != OUTPUT.as_bytes() || status != Some(STATUS))
}

async fn ours(phone: &Phone, work: Work<'_>) -> Outcome<Option<usize>> {
    let deadline = Deadline::after(CALL_TIMEOUT);
    let mut wrong = 0;
    match work {
        Work::Shell(count) => {
            for _ in 0..count {
                let told = phone.shell(COMMAND, deadline).await?;
                wrong += is_wrong(&told.stdout, Some(told.exit_status));
            }
        }
        Work::Stat(count) => {
            for _ in 0..count {
                wrong += usize::from(phone.files().stat("/", deadline).await?.is_none());
            }
        }
        Work::Source(count) => {
            for _ in 0..count {
                let mut stream = phone.open(SOURCE, deadline).await?;
                stream.read_to_end(&mut Vec::new()).await?;
            }
        }
        Work::Push(from, to) => {
            let source = BlockingFile(File::open(from)?);
            phone.files().push(source, text(to)?, PushOptions::default(), |_| {}, deadline).await?;
        }
        Work::Pull(from, to) => {
            phone.files().pull(text(from)?, BlockingFile(File::create(to)?), deadline).await?;
        }
    }
    Ok(Some(wrong))
}

async fn libadb(connection: &mut Connection<TokioTcp>, work: Work<'_>) -> Outcome<Option<usize>> {
    let mut buffer = vec![0; 1024 * 1024];
    let mut wrong = 0;
    match work {
        Work::Shell(count) => {
            for _ in 0..count {
                let told = v2::exec(&mut *connection, COMMAND, &mut buffer[..4096]).await?;
                wrong += is_wrong(&told.stdout, Some(told.exit_code));
            }
        }
        Work::Stat(count) => {
            for _ in 0..count {
                let mut session = sync::open(&mut *connection, &mut buffer[..4096]).await?;
                wrong += usize::from(session.stat("/").await?.mode == 0);
                session.quit().await?;
            }
        }
        Work::Source(count) => {
            for _ in 0..count {
                let mut stream = connection.open(b"source:0\0").await?;
                // The end of the stream is an error here.
                while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
                stream.close().await?;
            }
        }
        Work::Push(from, to) => {
            let (mut file, mut piece) = (File::open(from)?, vec![0; 1024 * 1024]);
            let mut session = sync::open(&mut *connection, &mut buffer).await?;
            session.send_start(text(to)?, 0o100_644).await?;
            loop {
                let length = file.read(&mut piece)?;
                if length == 0 {
                    break;
                }
                session.send_data(&piece[..length]).await?;
            }
            session.send_done(0).await?;
            session.quit().await?;
        }
        Work::Pull(from, to) => {
            let mut file = File::create(to)?;
            let mut session = sync::open(&mut *connection, &mut buffer).await?;
            session.recv_start(text(from)?).await?;
            while let Some(piece) = session.recv_next().await? {
                file.write_all(piece)?;
            }
            session.quit().await?;
        }
    }
    Ok(Some(wrong))
}

fn adb_client(device: &mut ADBServerDevice, work: Work<'_>) -> Outcome<Option<usize>> {
    let mut wrong = 0;
    match work {
        Work::Shell(count) => {
            for _ in 0..count {
                let mut output = Vec::new();
                let status = device.shell_command(&COMMAND, Some(&mut output), None)?;
                wrong += is_wrong(&output, status);
            }
        }
        Work::Stat(count) => {
            for _ in 0..count {
                wrong += usize::from(device.stat("/")?.file_perm == 0);
            }
        }
        Work::Source(_) => return Ok(None),
        Work::Push(from, to) => device.push(&mut File::open(from)?, text(to)?)?,
        Work::Pull(from, to) => device.pull(&text(from)?, &mut File::create(to)?)?,
    }
    Ok(Some(wrong))
}

fn command_line(server: &Server, address: &str, work: Work<'_>) -> Outcome<Option<usize>> {
    let mut wrong = 0;
    match work {
        Work::Shell(count) => {
            for _ in 0..count {
                let told =
                    server.command(address).args(["shell", COMMAND]).stdout(Stdio::piped()).output()?;
                let status = told.status.code().and_then(|code| u8::try_from(code).ok());
                wrong += is_wrong(&told.stdout, status);
            }
        }
        Work::Stat(_) | Work::Source(_) => return Ok(None),
        Work::Push(from, to) => copy(server, address, "push", [from, to])?,
        Work::Pull(from, to) => copy(server, address, "pull", [from, to])?,
    }
    Ok(Some(wrong))
}

fn copy(server: &Server, address: &str, verb: &str, paths: [&Path; 2]) -> Outcome<()> {
    let told = server.command(address).arg(verb).args(paths).stderr(Stdio::piped()).output()?;
    if told.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&told.stderr).into()) }
}

fn told(worker: &mut Worker, work: Work<'_>) -> Outcome<Option<usize>> {
    let wrong = match work {
        Work::Shell(count) => {
            worker.order(&["shell", &count.to_string(), COMMAND, OUTPUT, &STATUS.to_string()])
        }
        Work::Stat(count) => worker.order(&["stat", &count.to_string(), "/"]),
        Work::Source(count) => worker.order(&["source", &count.to_string(), SOURCE]),
        Work::Push(from, to) => worker.order(&["push", text(from)?, text(to)?]),
        Work::Pull(from, to) => worker.order(&["pull", text(from)?, text(to)?]),
    };
    Ok(Some(wrong?.0))
}

/// A file in memory: it never waits, so it needs no thread of its own.
pub(crate) struct BlockingFile(pub(crate) File);

impl AsyncRead for BlockingFile {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let length = self.0.read(buffer.initialize_unfilled())?;
        buffer.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for BlockingFile {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Ready(self.0.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// No key is ever asked for: this adbd accepts every client.
struct NoKey;

impl libadb::auth::Authenticator for NoKey {
    type Error = &'static str;

    async fn sign(&mut self, _token: &[u8]) -> Result<Vec<u8>, Self::Error> {
        Err("no key")
    }

    fn public_key(&self) -> &[u8] {
        b"\0"
    }
}
