//! The streams of a command. The daemon's sockets come in as closures.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

use crate::filesystem::NodeId;
use crate::machine::Machine;

/// The limit of bytes in one pipe, `$(…)` or standard input that is read to its end.
pub(crate) const MAX_BUFFERED: usize = 32 * 1024 * 1024;

/// Sends bytes to the client; `false` once it is gone.
pub(crate) type Sink = Arc<dyn Fn(&[u8]) -> bool + Send + Sync>;
/// Returns the next bytes from the client; `None` at the end.
pub(crate) type Source = Box<dyn FnMut() -> Option<Bytes> + Send>;

/// One open output. Clones write to the same destination, as with `2>&1`.
#[derive(Clone)]
pub(crate) enum Output {
    Nowhere,
    Buffer(Arc<Mutex<Vec<u8>>>),
    File(Arc<Machine>, NodeId),
    Client(Sink),
}

impl Output {
    pub(crate) fn buffer() -> (Self, Arc<Mutex<Vec<u8>>>) {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        (Self::Buffer(Arc::clone(&bytes)), bytes)
    }

    /// Writes `bytes`; `false` when not all of them fitted.
    pub(crate) fn write(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Nowhere => true,
            Self::Buffer(buffer) => {
                let mut buffer = buffer.lock();
                let room = MAX_BUFFERED.saturating_sub(buffer.len());
                buffer.extend_from_slice(&bytes[..bytes.len().min(room)]);
                bytes.len() <= room
            }
            Self::File(machine, id) => machine.files().writer(machine.seconds()).append(*id, bytes).is_ok(),
            Self::Client(sink) => sink(bytes),
        }
    }
}

/// One open input, shared by the commands that run one after the other.
#[derive(Clone)]
pub(crate) struct Input(Arc<Mutex<Pending>>);

struct Pending {
    buffered: Vec<u8>,
    position: usize,
    source: Option<Source>,
}

impl Input {
    pub(crate) fn empty() -> Self {
        Self::from_bytes(Vec::new())
    }

    pub(crate) fn from_bytes(buffered: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Pending { buffered, position: 0, source: None })))
    }

    pub(crate) fn from_client(source: Source) -> Self {
        Self(Arc::new(Mutex::new(Pending { buffered: Vec::new(), position: 0, source: Some(source) })))
    }

    /// Reads the next bytes, of any number; `None` at the end.
    pub(crate) fn read(&self) -> Option<Vec<u8>> {
        self.0.lock().read()
    }

    /// Reads to the end, up to the limit of a pipe.
    pub(crate) fn read_to_end(&self) -> Vec<u8> {
        let mut all = Vec::new();
        while all.len() < MAX_BUFFERED {
            let Some(piece) = self.read() else { break };
            all.extend_from_slice(&piece);
        }
        all
    }

    /// Reads the next line without its line break; `None` at the end.
    pub(crate) fn read_line(&self) -> Option<Vec<u8>> {
        let mut pending = self.0.lock();
        let mut line = Vec::new();
        while line.len() < MAX_BUFFERED {
            let Some(piece) = pending.read() else {
                return if line.is_empty() { None } else { Some(line) };
            };
            if let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
                line.extend_from_slice(&piece[..end]);
                pending.put_back(&piece[end + 1..]);
                return Some(line);
            }
            line.extend_from_slice(&piece);
        }
        Some(line)
    }
}

impl Pending {
    fn read(&mut self) -> Option<Vec<u8>> {
        if self.position < self.buffered.len() {
            let piece = self.buffered[self.position..].to_vec();
            self.buffered.clear();
            self.position = 0;
            return Some(piece);
        }
        let source = self.source.as_mut()?;
        match source() {
            Some(bytes) => Some(bytes.to_vec()),
            None => {
                self.source = None;
                None
            }
        }
    }

    fn put_back(&mut self, rest: &[u8]) {
        self.buffered = rest.to_vec();
        self.position = 0;
    }
}

/// The three streams of a command.
#[derive(Clone)]
pub(crate) struct Streams {
    pub(crate) input: Input,
    pub(crate) output: Output,
    pub(crate) error: Output,
}
