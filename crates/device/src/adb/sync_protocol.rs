//! The messages inside a `sync:` stream, version 1, for both sides: a four-letter word, a number or a length, then
//! bytes. Source: AOSP packages/modules/adb, `file_sync_protocol.h`, `SYNC.TXT`. Files are for others.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use thiserror::Error;

/// The largest DATA message, in bytes (`SYNC_DATA_MAX`).
pub const MAX_DATA: usize = 64 * 1024;
/// The longest path, in bytes; a SEND's path carries its mode too.
pub const MAX_PATH: usize = 1024;
/// Bytes of a message's word and number.
pub const MESSAGE_HEADER_LEN: usize = 8;

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// What is at `path`?
    Stat {
        /// Absolute path on the phone.
        path: String,
    },
    /// What is in the directory `path`?
    List {
        /// Absolute path on the phone.
        path: String,
    },
    /// A file follows, as [`Request::Data`] and one [`Request::Done`].
    Send {
        /// Absolute path on the phone.
        path: String,
        /// Its kind and permissions, as `st_mode`.
        mode: u32,
    },
    /// Send me the file at `path`.
    Recv {
        /// Absolute path on the phone.
        path: String,
    },
    /// A piece of the file that [`Request::Send`] announced.
    Data(Bytes),
    /// The file is complete.
    Done {
        /// When the file was last changed, in seconds since 1970.
        mtime: u32,
    },
    /// The conversation is over.
    Quit,
}

impl Request {
    /// The request as bytes.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Stat { path } => message(b"STAT", path.as_bytes()),
            Self::List { path } => message(b"LIST", path.as_bytes()),
            Self::Send { path, mode } => message(b"SEND", format!("{path},{mode}").as_bytes()),
            Self::Recv { path } => message(b"RECV", path.as_bytes()),
            Self::Data(bytes) => message(b"DATA", bytes),
            Self::Done { mtime } => numbers(b"DONE", &[*mtime]),
            Self::Quit => numbers(b"QUIT", &[0]),
        }
    }
}

/// The eight bytes in front of a piece of `length` bytes, for a client that builds many pieces in one buffer.
#[must_use]
pub fn data_header(length: u32) -> [u8; MESSAGE_HEADER_LEN] {
    let mut header = *b"DATA\0\0\0\0";
    header[4..].copy_from_slice(&length.to_le_bytes());
    header
}

/// What is at a path. All zeros mean that nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// Kind and permissions, as `st_mode`.
    pub mode: u32,
    /// Bytes, cut to 32 bits.
    pub size: u32,
    /// Last change, in seconds since 1970.
    pub mtime: u32,
}

/// What a daemon answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// To STAT.
    Stat(Status),
    /// To LIST, once for each name.
    Entry {
        /// What it is.
        status: Status,
        /// Its name without a path; bytes that are not UTF-8 are replaced.
        name: String,
    },
    /// LIST is complete; on the wire as long as an entry.
    EndOfList,
    /// A piece of the file that RECV asked for.
    Data(Bytes),
    /// The file that RECV asked for is complete.
    Done,
    /// The file that SEND announced is stored.
    Okay,
    /// It could not be done, and why.
    Fail(String),
}

impl Response {
    /// The response as bytes.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Stat(status) => numbers(b"STAT", &[status.mode, status.size, status.mtime]),
            Self::Entry { status, name } => {
                let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
                let head = numbers(b"DENT", &[status.mode, status.size, status.mtime, length]);
                [&head[..], name.as_bytes()].concat().into()
            }
            Self::EndOfList => numbers(b"DONE", &[0; 4]),
            Self::Data(bytes) => message(b"DATA", bytes),
            Self::Done => numbers(b"DONE", &[0]),
            Self::Okay => numbers(b"OKAY", &[0]),
            Self::Fail(reason) => message(b"FAIL", reason.as_bytes()),
        }
    }
}

/// Bytes that are not messages of the sync protocol.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SyncError {
    /// No such word on this side of the conversation.
    #[error("unknown sync message {0:?}")]
    UnknownMessage(String),
    /// Longer than allowed; it was not waited for.
    #[error("a sync message of {length} bytes was announced, at most {limit} are allowed")]
    TooLong {
        /// Bytes announced.
        length: u32,
        /// Bytes allowed.
        limit: usize,
    },
    /// A path that is not UTF-8, or a SEND without a mode.
    #[error("the path {0:?} cannot be used")]
    BadPath(String),
    /// A name in a directory with a `/` in it, which would lead elsewhere.
    #[error("a file name with a slash: {0:?}")]
    BadName(String),
}

/// The daemon's side: cuts requests out of a stream of bytes, however it was split. Take every request after each
/// push; after an error it stays in error.
#[derive(Debug, Default)]
pub struct RequestDecoder {
    buffer: BytesMut,
    broken: Option<SyncError>,
}

impl RequestDecoder {
    /// An empty decoder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds received bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next whole request; `None` until more bytes are pushed.
    ///
    /// # Errors
    /// [`SyncError`] once the bytes cannot be requests, and from then on.
    #[expect(clippy::should_implement_trait, reason = "an iterator that ends could not go on after a push")]
    pub fn next(&mut self) -> Result<Option<Request>, SyncError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        cut_request(&mut self.buffer).inspect_err(|error| {
            self.broken = Some(error.clone());
            self.buffer = BytesMut::new();
        })
    }
}

/// The client's side: cuts responses out of a stream of bytes, however it was split. Take every response after each
/// push; after an error it stays in error.
#[derive(Debug, Default)]
pub struct ResponseDecoder {
    buffer: BytesMut,
    broken: Option<SyncError>,
    listing: bool,
}

impl ResponseDecoder {
    /// An empty decoder for answers to anything but LIST.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the answers now due are those to a LIST, whose end is as long as an entry.
    pub fn expect_list(&mut self, listing: bool) {
        self.listing = listing;
    }

    /// Adds received bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next whole response; `None` until more bytes are pushed.
    ///
    /// # Errors
    /// [`SyncError`] once the bytes cannot be responses, and from then on.
    #[expect(clippy::should_implement_trait, reason = "an iterator that ends could not go on after a push")]
    pub fn next(&mut self) -> Result<Option<Response>, SyncError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        cut_response(&mut self.buffer, self.listing).inspect_err(|error| {
            self.broken = Some(error.clone());
            self.buffer = BytesMut::new();
        })
    }
}

fn cut_request(buffer: &mut BytesMut) -> Result<Option<Request>, SyncError> {
    let Some((word, number)) = peek(buffer) else { return Ok(None) };
    let request = match &word {
        b"DONE" => Request::Done { mtime: number },
        b"QUIT" => Request::Quit,
        b"DATA" => return Ok(take_body(buffer, MESSAGE_HEADER_LEN, number, MAX_DATA)?.map(Request::Data)),
        b"STAT" | b"LIST" | b"SEND" | b"RECV" => {
            let Some(body) = take_body(buffer, MESSAGE_HEADER_LEN, number, MAX_PATH)? else {
                return Ok(None);
            };
            return request_with_path(word, &body).map(Some);
        }
        _ => return Err(unknown(word)),
    };
    buffer.advance(MESSAGE_HEADER_LEN);
    Ok(Some(request))
}

fn request_with_path(word: [u8; 4], body: &[u8]) -> Result<Request, SyncError> {
    let bad_path = || SyncError::BadPath(String::from_utf8_lossy(body).into_owned());
    let path = std::str::from_utf8(body).map_err(|_| bad_path())?.to_owned();
    Ok(match &word {
        b"STAT" => Request::Stat { path },
        b"LIST" => Request::List { path },
        b"RECV" => Request::Recv { path },
        _ => {
            let (path, mode) = path.rsplit_once(',').ok_or_else(bad_path)?;
            Request::Send { path: path.to_owned(), mode: mode.parse().map_err(|_| bad_path())? }
        }
    })
}

fn cut_response(buffer: &mut BytesMut, listing: bool) -> Result<Option<Response>, SyncError> {
    const ENTRY_LEN: usize = 20;
    let Some((word, number)) = peek(buffer) else { return Ok(None) };
    let (length, response) = match &word {
        b"DATA" => return Ok(take_body(buffer, MESSAGE_HEADER_LEN, number, MAX_DATA)?.map(Response::Data)),
        b"FAIL" => {
            let reason = take_body(buffer, MESSAGE_HEADER_LEN, number, MAX_DATA)?;
            return Ok(reason.map(|reason| Response::Fail(String::from_utf8_lossy(&reason).into_owned())));
        }
        b"DENT" => {
            let Some(mut head) = buffer.get(MESSAGE_HEADER_LEN - 4..ENTRY_LEN) else { return Ok(None) };
            let status = take_status(&mut head);
            let length = head.get_u32_le();
            let Some(name) = take_body(buffer, ENTRY_LEN, length, MAX_PATH)? else { return Ok(None) };
            let name = String::from_utf8_lossy(&name).into_owned();
            return if name.contains('/') {
                Err(SyncError::BadName(name))
            } else {
                Ok(Some(Response::Entry { status, name }))
            };
        }
        b"STAT" => {
            let Some(mut body) = buffer.get(4..16) else { return Ok(None) };
            (16, Response::Stat(take_status(&mut body)))
        }
        b"DONE" if listing => (ENTRY_LEN, Response::EndOfList),
        b"DONE" => (MESSAGE_HEADER_LEN, Response::Done),
        b"OKAY" => (MESSAGE_HEADER_LEN, Response::Okay),
        _ => return Err(unknown(word)),
    };
    if buffer.len() < length {
        return Ok(None);
    }
    buffer.advance(length);
    Ok(Some(response))
}

fn peek(buffer: &[u8]) -> Option<([u8; 4], u32)> {
    let (word, mut rest) = buffer.get(..MESSAGE_HEADER_LEN)?.split_first_chunk::<4>()?;
    Some((*word, rest.get_u32_le()))
}

fn take_status(bytes: &mut &[u8]) -> Status {
    Status { mode: bytes.get_u32_le(), size: bytes.get_u32_le(), mtime: bytes.get_u32_le() }
}

fn take_body(
    buffer: &mut BytesMut,
    head: usize,
    announced: u32,
    limit: usize,
) -> Result<Option<Bytes>, SyncError> {
    let too_long = SyncError::TooLong { length: announced, limit };
    let length = usize::try_from(announced).ok().filter(|length| *length <= limit).ok_or(too_long)?;
    if buffer.len() < head + length {
        return Ok(None);
    }
    buffer.advance(head);
    Ok(Some(buffer.split_to(length).freeze()))
}

fn unknown(word: [u8; 4]) -> SyncError {
    SyncError::UnknownMessage(String::from_utf8_lossy(&word).into_owned())
}

fn message(word: &[u8; 4], body: &[u8]) -> Bytes {
    let head = numbers(word, &[u32::try_from(body.len()).unwrap_or(u32::MAX)]);
    [&head[..], body].concat().into()
}

fn numbers(word: &[u8; 4], numbers: &[u32]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(4 + 4 * numbers.len());
    bytes.put_slice(word);
    for number in numbers {
        bytes.put_u32_le(*number);
    }
    bytes.freeze()
}
