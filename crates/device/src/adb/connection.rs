//! One direct TCP connection to a phone, plain or inside TLS, that any number of streams share. One task reads it; what is
//! written goes through the [`SendQueue`], so that dropping whatever uses the connection never cuts a packet.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::error::AdbCause;
use super::handshake::DELAYED_ACK;
use super::handshake::greeting::{Agreement, Greeting, accepted, greet, welcome};
use super::keys::KeyStore;
use super::packet::send_queue::SendQueue;
use super::packet::{MAX_HANDSHAKE_PAYLOAD, Packet, PacketDecoder};
use super::stream::streams::Streams;
use super::tls;
use crate::deadline::Deadline;

/// Bytes asked of the socket at once: few while little comes, so that hundreds of idle phones hold next to no memory.
const LEAST_READ: usize = 8 * 1024;
/// The same while what was asked for comes in full.
const MOST_READ: usize = 256 * 1024;

/// A silent connection is asked by TCP itself after so long, and three times more in as long again.
const KEPT_ALIVE_AFTER: Duration = Duration::from_secs(15);

/// A connection; cheap to clone. It ends when the last clone and the last stream are dropped.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    agreement: Agreement,
    _stop: DropGuard,
}

/// What the two tasks and the handles share.
#[derive(Debug)]
pub(super) struct Shared {
    streams: Mutex<Streams>,
    pub(super) send_queue: SendQueue,
    lost: watch::Sender<Option<AdbCause>>,
    /// Where the phone is.
    address: Box<str>,
    /// Packets that have come.
    heard: AtomicU64,
    stop: CancellationToken,
}

/// What became of a greeting.
#[derive(Debug)]
pub(crate) enum Begun {
    Connected(Connection),
    /// The phone asks a person.
    Asked(Asked),
}

/// A connection that waits for a person to let this machine in. Dropping it ends the phone's question.
#[derive(Debug)]
pub(crate) struct Asked {
    socket: TcpStream,
    decoder: PacketDecoder,
    address: Box<str>,
    fingerprint: String,
}

impl Asked {
    /// The key that the person is asked about, as the phone's dialog shows it.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Waits for the answer. It has no deadline of its own.
    pub(crate) async fn accepted(mut self) -> Result<Connection, AdbCause> {
        let agreement = accepted(&mut self.socket, &mut self.decoder).await?;
        Ok(Connection::plain(self.socket, self.decoder, agreement, self.address))
    }
}

impl Connection {
    /// Connects and greets; `keys` are for a phone that asks who is there.
    pub(crate) async fn begin(address: &str, keys: &KeyStore, deadline: Deadline) -> Result<Begun, AdbCause> {
        let mut socket = match deadline.run(TcpStream::connect(address)).await {
            Ok(connected) => connected.map_err(unreachable)?,
            // Nobody took the connection, which is told apart from a phone that took it and says nothing.
            Err(passed) => return Err(AdbCause::Unreachable(passed.to_string())),
        };
        // Every exchange is a small packet each way: with Nagle's algorithm each would wait for an acknowledgement.
        socket.set_nodelay(true).map_err(unreachable)?;
        // While a person is asked, nothing is sent: a phone that lost its power meanwhile would be waited for as long.
        let keepalive = TcpKeepalive::new().with_time(KEPT_ALIVE_AFTER).with_interval(KEPT_ALIVE_AFTER / 3);
        SockRef::from(&socket).set_tcp_keepalive(&keepalive.with_retries(3)).map_err(unreachable)?;
        let greeting = async {
            let mut decoder = PacketDecoder::new(MAX_HANDSHAKE_PAYLOAD);
            Ok(match greet(&mut socket, &mut decoder, keys).await? {
                Greeting::Agreed(agreement) => {
                    Begun::Connected(Self::plain(socket, decoder, agreement, address.into()))
                }
                Greeting::Asked { fingerprint } => {
                    Begun::Asked(Asked { socket, decoder, address: address.into(), fingerprint })
                }
                Greeting::Tls => Begun::Connected(Self::inside_tls(socket, keys, address.into()).await?),
            })
        };
        deadline.run(greeting).await?
    }

    fn plain(socket: TcpStream, decoder: PacketDecoder, agreement: Agreement, address: Box<str>) -> Self {
        let (reading, writing) = socket.into_split();
        Self::start(reading, writing, decoder, agreement, address)
    }

    async fn inside_tls(socket: TcpStream, keys: &KeyStore, address: Box<str>) -> Result<Self, AdbCause> {
        let ring = keys.ring().await.map_err(AdbCause::NoKey)?;
        let mut socket = tls::begin(socket, &ring).await?;
        let mut decoder = PacketDecoder::new(MAX_HANDSHAKE_PAYLOAD);
        let agreement = welcome(&mut socket, &mut decoder).await?;
        let (reading, writing) = tokio::io::split(socket);
        Ok(Self::start(reading, writing, decoder, agreement, address))
    }

    fn start<R, W>(
        reading: R,
        writing: W,
        decoder: PacketDecoder,
        agreement: Agreement,
        address: Box<str>,
    ) -> Self
    where
        R: AsyncRead + Unpin + Send + 'static,
        W: AsyncWrite + Send + 'static,
    {
        let shared = Arc::new(Shared {
            streams: Mutex::new(Streams::new(agreement.banner.offers(DELAYED_ACK))),
            send_queue: SendQueue::new(writing, agreement.checksums),
            lost: watch::Sender::new(None),
            address,
            heard: AtomicU64::new(0),
            stop: CancellationToken::new(),
        });
        tokio::spawn(read(Arc::clone(&shared), reading, decoder));
        tokio::spawn(write(Arc::clone(&shared)));
        let stop = shared.stop.clone().drop_guard();
        Self { inner: Arc::new(Inner { shared, agreement, _stop: stop }) }
    }

    pub(crate) fn agreement(&self) -> &Agreement {
        &self.inner.agreement
    }

    /// Waits until the connection is lost and says why.
    pub(crate) async fn lost(&self) -> AdbCause {
        let mut lost = self.shared().lost.subscribe();
        match lost.wait_for(Option::is_some).await {
            Ok(cause) => cause.clone(),
            Err(_) => None,
        }
        .unwrap_or_else(|| AdbCause::ConnectionLost("it was closed on this side".to_owned()))
    }

    /// How many signs of life there were: packets that came, and times that the phone read what it was behind with.
    pub(crate) fn signs_of_life(&self) -> u64 {
        let shared = self.shared();
        shared.heard.load(Ordering::Relaxed).wrapping_add(shared.send_queue.drained())
    }

    /// Lets the phone open streams to `destination`; their ids come out as they are opened.
    pub(crate) fn expect_calls(&self, destination: &str) -> mpsc::Receiver<u32> {
        self.shared().streams().expect_calls(destination)
    }

    /// Refuses further streams to `destination`.
    pub(crate) fn forget_calls(&self, destination: &str) {
        self.shared().streams().forget_calls(destination);
    }

    /// Ends the connection for every user of it, with `reason`.
    pub(crate) fn close(&self, reason: &str) {
        self.shared().lose(&AdbCause::ConnectionLost(reason.to_owned()));
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.inner.shared
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn unreachable(error: std::io::Error) -> AdbCause {
    AdbCause::Unreachable(error.to_string())
}

impl Shared {
    pub(super) fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock()
    }

    /// Takes a packet in; whether it asked for an answer, which is queued.
    ///
    /// # Errors
    /// [`AdbCause::Protocol`], as from [`Streams::receive`].
    fn receive(&self, packet: Packet) -> Result<bool, AdbCause> {
        self.heard.fetch_add(1, Ordering::Relaxed);
        // One lock over both: who accepts a stream may write to it at once, and the phone has to hear of the
        // acceptance first.
        let mut streams = self.streams();
        let answer = streams.receive(packet)?;
        Ok(answer.map(|answer| self.send_queue.put(answer)).is_some())
    }

    /// Ends the connection to a phone that did what no phone does. Whoever uses it sees a connection that was lost: a new
    /// one may do better.
    fn cut_off(&self, broken: &AdbCause) {
        log::warn!("phone at {}: its connection is cut off: {broken}", self.address);
        self.lose(&AdbCause::ConnectionLost(broken.to_string()));
    }

    fn lose(&self, cause: &AdbCause) {
        self.streams().lose(cause);
        self.lost.send_if_modified(|lost| {
            let first = lost.is_none();
            lost.get_or_insert_with(|| cause.clone());
            first
        });
        self.stop.cancel();
    }
}

async fn read<R>(shared: Arc<Shared>, mut socket: R, mut decoder: PacketDecoder)
where
    R: AsyncRead + Unpin,
{
    let work = async {
        let mut step = LEAST_READ;
        loop {
            while let Some(packet) = decoder.next().map_err(|error| AdbCause::Protocol(error.to_string()))? {
                if shared.receive(packet)? {
                    shared.send_queue.wait_for_answers().await;
                }
            }
            shared.send_queue.flush();
            match socket.read_buf(decoder.space(step)).await {
                Ok(0) => return Err(AdbCause::ConnectionLost("the phone closed it".to_owned())),
                Ok(length) => step = next_read(step, length),
                Err(error) => return Err(AdbCause::ConnectionLost(error.to_string())),
            }
        }
    };
    let ended: Option<Result<(), AdbCause>> = shared.stop.run_until_cancelled(work).await;
    match ended {
        Some(Err(broken @ AdbCause::Protocol(_))) => shared.cut_off(&broken),
        Some(Err(cause)) => shared.lose(&cause),
        Some(Ok(())) | None => {}
    }
}

/// How much to ask for after `step` was asked for and `length` came.
fn next_read(step: usize, length: usize) -> usize {
    if length >= step / 2 {
        (step * 4).min(MOST_READ)
    } else if length < step / 8 {
        (step / 4).max(LEAST_READ)
    } else {
        step
    }
}

async fn write(shared: Arc<Shared>) {
    let ended = shared.stop.run_until_cancelled(shared.send_queue.write_what_is_left()).await;
    if let Some(Err(error)) = ended {
        shared.lose(&AdbCause::ConnectionLost(error.to_string()));
    }
    // Otherwise the phone would hear of the end only when the last user of the connection is gone.
    shared.send_queue.close();
}
