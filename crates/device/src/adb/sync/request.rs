//! The requests of a client of `sync:`, and their decoder for a daemon.

use bytes::{Buf, Bytes, BytesMut};

use super::message::{
    MAX_DATA, MAX_PATH, MESSAGE_HEADER_LEN, SyncError, message, numbers, peek, take_body, unknown,
};

/// A request of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Asks for the status of `path`.
    Stat {
        /// Absolute path on the phone.
        path: String,
    },
    /// The same in version 2 (`stat_v2`).
    StatV2 {
        /// Absolute path on the phone.
        path: String,
        /// Whether a symbolic link is followed.
        follow: bool,
    },
    /// Asks for the entries of the directory `path`.
    List {
        /// Absolute path on the phone.
        path: String,
    },
    /// The same in version 2 (`ls_v2`).
    ListV2 {
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
    /// The same in version 2 (`sendrecv_v2`).
    SendV2 {
        /// Absolute path on the phone.
        path: String,
        /// Its kind and permissions, as `st_mode`.
        mode: u32,
        /// A [`super::Packing`]'s flag, or none; [`super::DRY_RUN`].
        flags: u32,
    },
    /// Asks for the file at `path`.
    Recv {
        /// Absolute path on the phone.
        path: String,
    },
    /// The same in version 2 (`sendrecv_v2`).
    RecvV2 {
        /// Absolute path on the phone.
        path: String,
        /// A [`super::Packing`]'s flag, or none.
        flags: u32,
    },
    /// A piece of the file that was announced.
    Data(Bytes),
    /// The file is complete.
    Done {
        /// When the file was last changed, in seconds since 1970.
        mtime: u32,
    },
    /// Ends the conversation.
    Quit,
}

impl Request {
    /// Encodes the request.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Stat { path } => message(b"STAT", path.as_bytes()),
            Self::StatV2 { path, follow: true } => message(b"STA2", path.as_bytes()),
            Self::StatV2 { path, follow: false } => message(b"LST2", path.as_bytes()),
            Self::List { path } => message(b"LIST", path.as_bytes()),
            Self::ListV2 { path } => message(b"LIS2", path.as_bytes()),
            Self::Send { path, mode } => message(b"SEND", format!("{path},{mode}").as_bytes()),
            Self::SendV2 { path, mode, flags } => {
                [message(b"SND2", path.as_bytes()), numbers(b"SND2", &[*mode, *flags])].concat().into()
            }
            Self::Recv { path } => message(b"RECV", path.as_bytes()),
            Self::RecvV2 { path, flags } => {
                [message(b"RCV2", path.as_bytes()), numbers(b"RCV2", &[*flags])].concat().into()
            }
            Self::Data(bytes) => message(b"DATA", bytes),
            Self::Done { mtime } => numbers(b"DONE", &[*mtime]),
            Self::Quit => numbers(b"QUIT", &[0]),
        }
    }
}

/// A decoder of requests from a stream of bytes, split anywhere. Take every request after each push; after an error it
/// stays in error.
#[derive(Debug, Default)]
pub struct RequestDecoder {
    buffer: BytesMut,
    broken: Option<SyncError>,
}

impl RequestDecoder {
    /// Creates an empty decoder.
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

    /// Returns the next whole request; `None` until more bytes are pushed.
    ///
    /// # Errors
    /// [`SyncError`] once the bytes cannot be requests, and from then on.
    #[expect(clippy::should_implement_trait, reason = "an iterator that ends could not go on after a push")]
    pub fn next(&mut self) -> Result<Option<Request>, SyncError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        cut(&mut self.buffer).inspect_err(|error| {
            self.broken = Some(error.clone());
            self.buffer = BytesMut::new();
        })
    }
}

fn cut(buffer: &mut BytesMut) -> Result<Option<Request>, SyncError> {
    let Some((word, number)) = peek(buffer) else { return Ok(None) };
    let request = match &word {
        b"DONE" => Request::Done { mtime: number },
        b"QUIT" => Request::Quit,
        b"DATA" => return Ok(take_body(buffer, MESSAGE_HEADER_LEN, number, MAX_DATA)?.map(Request::Data)),
        b"SND2" => return cut_in_two(buffer, word, number, 2),
        b"RCV2" => return cut_in_two(buffer, word, number, 1),
        b"STAT" | b"STA2" | b"LST2" | b"LIST" | b"LIS2" | b"SEND" | b"RECV" => {
            let Some(body) = take_body(buffer, MESSAGE_HEADER_LEN, number, MAX_PATH)? else {
                return Ok(None);
            };
            return with_path(word, path(&body)?).map(Some);
        }
        _ => return Err(unknown(word)),
    };
    buffer.advance(MESSAGE_HEADER_LEN);
    Ok(Some(request))
}

fn path(body: &[u8]) -> Result<String, SyncError> {
    String::from_utf8(body.to_vec())
        .map_err(|_| SyncError::BadPath(String::from_utf8_lossy(body).into_owned()))
}

fn with_path(word: [u8; 4], path: String) -> Result<Request, SyncError> {
    Ok(match &word {
        b"STAT" => Request::Stat { path },
        b"STA2" => Request::StatV2 { path, follow: true },
        b"LST2" => Request::StatV2 { path, follow: false },
        b"LIST" => Request::List { path },
        b"LIS2" => Request::ListV2 { path },
        b"RECV" => Request::Recv { path },
        _ => {
            let parts = path.rsplit_once(',').and_then(|(path, mode)| Some((path, mode.parse().ok()?)));
            let (path, mode) = parts.ok_or_else(|| SyncError::BadPath(path.clone()))?;
            Request::Send { path: path.to_owned(), mode }
        }
    })
}

/// Encodes a request of version 2: a path, and then the id again with numbers.
fn cut_in_two(
    buffer: &mut BytesMut,
    word: [u8; 4],
    length: u32,
    count: usize,
) -> Result<Option<Request>, SyncError> {
    let limit = MAX_PATH;
    let too_long = SyncError::TooLong { length, limit };
    let length = usize::try_from(length).ok().filter(|length| *length <= limit).ok_or(too_long)?;
    let second = MESSAGE_HEADER_LEN + length;
    let Some(mut rest) = buffer.get(second..second + 4 + 4 * count) else { return Ok(None) };
    if let Some((found, numbers)) = rest.split_first_chunk::<4>() {
        if *found != word {
            return Err(unknown(*found));
        }
        rest = numbers;
    }
    let first = rest.get_u32_le();
    let flags = if count == 2 { rest.get_u32_le() } else { first };
    buffer.advance(MESSAGE_HEADER_LEN);
    let path = path(&buffer.split_to(length))?;
    buffer.advance(4 + 4 * count);
    Ok(Some(if count == 2 {
        Request::SendV2 { path, mode: first, flags }
    } else {
        Request::RecvV2 { path, flags }
    }))
}
