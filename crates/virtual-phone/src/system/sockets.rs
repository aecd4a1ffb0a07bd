//! The sockets on which programs on the phone listen, by port or by abstract name, and the streams to them, all in
//! memory.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use thiserror::Error;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;

/// Connections that wait to be accepted before further ones are refused.
const BACKLOG: usize = 64;
/// Bytes on their way in one direction of a stream.
const BUFFER: usize = 64 * 1024;
/// The first port given to a listener that asks for any (`ip_local_port_range`).
const FIRST_FREE_PORT: u16 = 32_768;

/// The name of a socket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum SocketName {
    /// `tcp:PORT`.
    Tcp(u16),
    /// `localabstract:NAME`.
    Abstract(String),
}

impl SocketName {
    /// Parses `tcp:PORT`, also `tcp:localhost:PORT`, or `localabstract:NAME`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("tcp", rest) => {
                let port = rest.strip_prefix("localhost:").or(rest.strip_prefix("127.0.0.1:"));
                port.unwrap_or(rest).parse().ok().map(Self::Tcp)
            }
            ("localabstract", name) if !name.is_empty() => Some(Self::Abstract(name.to_owned())),
            _ => None,
        }
    }
}

impl fmt::Display for SocketName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(port) => write!(formatter, "tcp:{port}"),
            Self::Abstract(name) => write!(formatter, "localabstract:{name}"),
        }
    }
}

/// Another program listens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Address already in use")]
pub(crate) struct AddressInUse;

/// The listening sockets of one phone. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sockets {
    listening: Arc<Mutex<HashMap<SocketName, Listening>>>,
    opened: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Listening {
    number: u64,
    incoming: mpsc::Sender<DuplexStream>,
}

impl Sockets {
    /// Listens at `name` until the listener is dropped; port 0 is any free one.
    pub(crate) fn listen(&self, name: SocketName) -> Result<Listener, AddressInUse> {
        let mut listening = self.listening.lock();
        let name = match name {
            SocketName::Tcp(0) => (FIRST_FREE_PORT..=u16::MAX)
                .map(SocketName::Tcp)
                .find(|name| !listening.contains_key(name))
                .ok_or(AddressInUse)?,
            name if listening.contains_key(&name) => return Err(AddressInUse),
            name => name,
        };
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        let (sender, incoming) = mpsc::channel(BACKLOG);
        listening.insert(name.clone(), Listening { number, incoming: sender });
        Ok(Listener { name, number, incoming, sockets: self.clone() })
    }

    /// Connects to the program that listens at `name`. `None` if there is none, or it does not accept.
    pub(crate) fn connect(&self, name: &SocketName) -> Option<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(BUFFER);
        let listening = self.listening.lock();
        listening.get(name)?.incoming.try_send(theirs).ok()?;
        Some(ours)
    }

    /// Closes all sockets, as when the programs end.
    pub(crate) fn close_all(&self) {
        self.listening.lock().clear();
    }

    /// Closes the socket at `name`; its listener accepts only the connections that came before.
    pub(crate) fn close(&self, name: &SocketName) {
        self.listening.lock().remove(name);
    }
}

/// One listening socket.
#[derive(Debug)]
pub(crate) struct Listener {
    name: SocketName,
    number: u64,
    incoming: mpsc::Receiver<DuplexStream>,
    sockets: Sockets,
}

impl Listener {
    /// Its name, with the port that was found for port 0.
    pub(crate) fn name(&self) -> &SocketName {
        &self.name
    }

    /// The next stream; `None` once the socket was closed from outside.
    pub(crate) async fn accept(&mut self) -> Option<DuplexStream> {
        self.incoming.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut listening = self.sockets.listening.lock();
        // After it was closed from outside, the name may belong to another listener.
        if listening.get(&self.name).is_some_and(|found| found.number == self.number) {
            listening.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn a_stream_reaches_the_listener_only() {
        let sockets = Sockets::default();
        assert!(sockets.connect(&SocketName::Tcp(9008)).is_none());
        let mut listener = sockets.listen(SocketName::Tcp(9008)).unwrap();
        assert_eq!(sockets.listen(SocketName::Tcp(9008)).unwrap_err(), AddressInUse);
        let mut ours = sockets.connect(&SocketName::Tcp(9008)).unwrap();
        let mut theirs = listener.accept().await.unwrap();
        ours.write_all(b"ping").await.unwrap();
        drop(ours);
        let mut received = String::new();
        theirs.read_to_string(&mut received).await.unwrap();
        assert_eq!(received, "ping");
        drop(listener);
        assert!(sockets.connect(&SocketName::Tcp(9008)).is_none());
        sockets.listen(SocketName::Tcp(9008)).unwrap();
    }

    #[test]
    fn port_zero_is_a_free_port() {
        let sockets = Sockets::default();
        let first = sockets.listen(SocketName::Tcp(0)).unwrap();
        let second = sockets.listen(SocketName::Tcp(0)).unwrap();
        assert_ne!(first.name(), second.name());
        assert_ne!(first.name(), &SocketName::Tcp(0));
    }

    #[test]
    fn names_are_parsed_as_hosts_write_them() {
        for (text, name) in [
            ("tcp:9008", Some(SocketName::Tcp(9008))),
            ("tcp:localhost:9008", Some(SocketName::Tcp(9008))),
            ("localabstract:a:b", Some(SocketName::Abstract("a:b".to_owned()))),
            ("tcp:70000", None),
            ("tcp:", None),
            ("localabstract:", None),
            ("vsock:1", None),
        ] {
            assert_eq!(SocketName::parse(text), name, "{text}");
        }
    }
}
