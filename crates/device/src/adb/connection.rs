//! One direct TCP connection to a phone, plain or inside TLS, that any number of streams share. One task reads it; all
//! writing goes through the [`SendQueue`], so that dropping a user of the connection never cuts a packet.

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
#[cfg(feature = "tls")]
use super::handshake::greeting::welcome;
use super::handshake::greeting::{Agreement, Greeting, accepted, greet};
use super::keys::KeyStore;
use super::packet::send_queue::SendQueue;
use super::packet::{MAX_HANDSHAKE_PAYLOAD, Packet, PacketDecoder};
use super::reach::{Reach, connect};
use super::stream::streams::Streams;
#[cfg(feature = "tls")]
use super::tls;
use crate::deadline::Deadline;

/// The smallest read in bytes, used while little arrives, so that hundreds of idle phones hold next to no memory.
const MIN_READ: usize = 8 * 1024;
/// The largest read in bytes, used while full reads arrive.
const MAX_READ: usize = 256 * 1024;

/// The silence after which TCP probes the connection; three further probes follow within the same time.
const KEEPALIVE_DELAY: Duration = Duration::from_secs(15);

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

/// The state that the two tasks and the handles share.
#[derive(Debug)]
pub(super) struct Shared {
    streams: Mutex<Streams>,
    pub(super) send_queue: SendQueue,
    lost: watch::Sender<Option<AdbCause>>,
    /// The address of the phone.
    address: Box<str>,
    /// The number of received packets.
    heard: AtomicU64,
    stop: CancellationToken,
}

/// The result of a greeting.
#[derive(Debug)]
pub(crate) enum Begun {
    Connected(Connection),
    /// The phone waits for a person to accept the key.
    Asked(Asked),
}

/// A connection that waits for a person to accept this machine's key. Dropping it closes the phone's dialog.
#[derive(Debug)]
pub(crate) struct Asked {
    socket: TcpStream,
    decoder: PacketDecoder,
    address: Box<str>,
    fingerprint: String,
}

impl Asked {
    /// Returns the fingerprint of the key, as the phone's dialog shows it.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Waits for the answer, without a timeout.
    pub(crate) async fn accepted(mut self) -> Result<Connection, AdbCause> {
        let agreement = accepted(&mut self.socket, &mut self.decoder).await?;
        Ok(Connection::plain(self.socket, self.decoder, agreement, self.address))
    }
}

impl Connection {
    /// Connects and greets; `keys` are for a phone that asks for authorisation.
    pub(crate) async fn begin(
        address: &str,
        reach: &Reach,
        keys: &KeyStore,
        deadline: Deadline,
    ) -> Result<Begun, AdbCause> {
        let mut socket = match deadline.run(connect(address, reach)).await {
            Ok(connected) => connected?,
            // Not accepted in time: not the same as a phone that accepts it and then is silent.
            Err(passed) => return Err(AdbCause::Unreachable(passed.to_string())),
        };
        // Every exchange is a small packet each way: with Nagle's algorithm each would wait for an acknowledgement.
        socket.set_nodelay(true).map_err(unreachable)?;
        // While the phone waits for a person, nothing is sent: without probes a phone that lost its power would go unnoticed.
        let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_DELAY).with_interval(KEEPALIVE_DELAY / 3);
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
                #[cfg(feature = "tls")]
                Greeting::Tls => Begun::Connected(Self::inside_tls(socket, keys, address.into()).await?),
            })
        };
        deadline.run(greeting).await?
    }

    fn plain(socket: TcpStream, decoder: PacketDecoder, agreement: Agreement, address: Box<str>) -> Self {
        let (reading, writing) = socket.into_split();
        Self::start(reading, writing, decoder, agreement, address)
    }

    #[cfg(feature = "tls")]
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

    /// Waits until the connection is lost, and returns the cause.
    pub(crate) async fn lost(&self) -> AdbCause {
        let mut lost = self.shared().lost.subscribe();
        match lost.wait_for(Option::is_some).await {
            Ok(cause) => cause.clone(),
            Err(_) => None,
        }
        .unwrap_or_else(|| AdbCause::ConnectionLost("it was closed on this side".to_owned()))
    }

    /// Returns the number of signs of life: received packets, and times that a full socket was read further.
    pub(crate) fn signs_of_life(&self) -> u64 {
        let shared = self.shared();
        shared.heard.load(Ordering::Relaxed).wrapping_add(shared.send_queue.drained())
    }

    /// Accepts streams that the phone opens to `destination`, and returns their ids as they are opened.
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

    /// Handles a packet; returns whether an answer to it was queued.
    ///
    /// # Errors
    /// [`AdbCause::Protocol`], as from [`Streams::receive`].
    fn receive(&self, packet: Packet) -> Result<bool, AdbCause> {
        self.heard.fetch_add(1, Ordering::Relaxed);
        // One lock for both: the task that accepts a stream may write to it at once, and the phone has to receive the
        // acceptance first.
        let mut streams = self.streams();
        let answer = streams.receive(packet)?;
        Ok(answer.map(|answer| self.send_queue.put(answer)).is_some())
    }

    /// Ends the connection to a phone that broke the protocol. Its users see a lost connection, since a new one may work.
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
        let mut step = MIN_READ;
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

/// Returns the size of the next read after a read of `step` bytes gave `length`.
fn next_read(step: usize, length: usize) -> usize {
    if length >= step / 2 {
        (step * 4).min(MAX_READ)
    } else if length < step / 8 {
        (step / 4).max(MIN_READ)
    } else {
        step
    }
}

async fn write(shared: Arc<Shared>) {
    let ended = shared.stop.run_until_cancelled(shared.send_queue.write_what_is_left()).await;
    if let Some(Err(error)) = ended {
        shared.lose(&AdbCause::ConnectionLost(error.to_string()));
    }
    // Otherwise the phone would learn of the end only when the last user of the connection is dropped.
    shared.send_queue.close();
}
