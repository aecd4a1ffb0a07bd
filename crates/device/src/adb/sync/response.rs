//! The responses of a daemon of `sync:`, and their decoder for a client.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::message::{
    MAX_DATA, MAX_PATH, MESSAGE_HEADER_LEN, SyncError, limited, message, numbers, peek, take_body, unknown,
};
use super::status::{Status, StatusV2};

/// The version of a LIST, whose end is as long as its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListVersion {
    /// LIST.
    One,
    /// LIS2.
    Two,
}

impl ListVersion {
    /// Bytes of an entry without its name.
    fn entry_len(self) -> usize {
        // The word, the status and the name's length.
        match self {
            Self::One => 4 + Status::LEN + 4,
            Self::Two => 4 + StatusV2::LEN + 4,
        }
    }
}

/// What a daemon answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// To STAT.
    Stat(Status),
    /// To STA2 and LST2.
    StatV2 {
        /// What is there.
        status: StatusV2,
        /// Whether it was STA2 that was asked.
        follow: bool,
    },
    /// To LIST, once for each name.
    Entry {
        /// What it is.
        status: Status,
        /// Its name without a path; bytes that are not UTF-8 are replaced.
        name: String,
    },
    /// To LIS2, once for each name.
    EntryV2 {
        /// What it is.
        status: StatusV2,
        /// Its name without a path; bytes that are not UTF-8 are replaced.
        name: String,
    },
    /// The list is complete; on the wire as long as an entry.
    EndOfList(ListVersion),
    /// Content of the file that was asked for, in its order: all of one message or, where that came split, a part of it.
    Data(Bytes),
    /// The file that was asked for is complete.
    Done,
    /// The file that was announced is stored.
    Okay,
    /// Failure, with the reason.
    Fail(String),
}

impl Response {
    /// Encodes the response.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Stat(status) => entry(b"STAT", |bytes| status.put(bytes), None),
            Self::StatV2 { status, follow } => {
                entry(if *follow { b"STA2" } else { b"LST2" }, |bytes| status.put(bytes), None)
            }
            Self::Entry { status, name } => entry(b"DENT", |bytes| status.put(bytes), Some(name)),
            Self::EntryV2 { status, name } => entry(b"DNT2", |bytes| status.put(bytes), Some(name)),
            Self::EndOfList(version) => {
                let mut bytes = vec![0; version.entry_len()];
                bytes[..4].copy_from_slice(b"DONE");
                bytes.into()
            }
            Self::Data(bytes) => message(b"DATA", bytes),
            Self::Done => numbers(b"DONE", &[0]),
            Self::Okay => numbers(b"OKAY", &[0]),
            Self::Fail(reason) => message(b"FAIL", reason.as_bytes()),
        }
    }
}

fn entry(word: &[u8; 4], status: impl FnOnce(&mut BytesMut), name: Option<&String>) -> Bytes {
    let mut bytes = BytesMut::from(&word[..]);
    status(&mut bytes);
    if let Some(name) = name {
        bytes.put_u32_le(u32::try_from(name.len()).unwrap_or(u32::MAX));
        bytes.put_slice(name.as_bytes());
    }
    bytes.freeze()
}

/// A decoder of responses from a stream of bytes, split anywhere. Take every response after each push; after an error it
/// stays in error.
#[derive(Debug, Default)]
pub struct ResponseDecoder {
    /// The last pushed bytes that are not taken yet. Content is sliced from here, never copied.
    pushed: Bytes,
    /// The bytes before: the head of a message, or an incomplete response.
    begun: BytesMut,
    /// Bytes of content that the current message still lacks.
    content: usize,
    broken: Option<SyncError>,
    listing: Option<ListVersion>,
}

impl ResponseDecoder {
    /// Creates an empty decoder, for responses to anything but a list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether the next responses are those to a list, and of which version.
    pub fn expect_list(&mut self, listing: Option<ListVersion>) {
        self.listing = listing;
    }

    /// Adds received bytes.
    pub fn push(&mut self, bytes: Bytes) {
        if self.broken.is_some() {
            return;
        }
        self.pushed = if self.pushed.is_empty() { bytes } else { [&self.pushed[..], &bytes].concat().into() };
    }

    /// Returns the next response; `None` until more bytes are pushed.
    ///
    /// # Errors
    /// [`SyncError`] once the bytes cannot be responses, and from then on.
    #[expect(clippy::should_implement_trait, reason = "an iterator that ends could not go on after a push")]
    pub fn next(&mut self) -> Result<Option<Response>, SyncError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        self.take().inspect_err(|error| *self = Self { broken: Some(error.clone()), ..Self::default() })
    }

    fn take(&mut self) -> Result<Option<Response>, SyncError> {
        loop {
            if self.content > 0 {
                let part = self.take_content();
                return Ok(Some(part).filter(|part| !part.is_empty()).map(Response::Data));
            }
            let missing = MESSAGE_HEADER_LEN.saturating_sub(self.begun.len()).min(self.pushed.len());
            self.begun.extend_from_slice(&self.pushed.split_to(missing));
            match peek(&self.begun) {
                None => return Ok(None),
                Some((word, length)) if word == *b"DATA" => {
                    self.content = limited(length, MAX_DATA)?;
                    self.begun.advance(MESSAGE_HEADER_LEN);
                }
                Some(_) => {
                    self.begun.extend_from_slice(&std::mem::take(&mut self.pushed));
                    return cut(&mut self.begun, self.listing);
                }
            }
        }
    }

    /// Returns the available content, up to the end of its message.
    fn take_content(&mut self) -> Bytes {
        let part = if self.begun.is_empty() {
            self.pushed.split_to(self.content.min(self.pushed.len()))
        } else {
            self.begun.split_to(self.content.min(self.begun.len())).freeze()
        };
        self.content -= part.len();
        part
    }
}

fn cut(buffer: &mut BytesMut, listing: Option<ListVersion>) -> Result<Option<Response>, SyncError> {
    let Some((word, number)) = peek(buffer) else { return Ok(None) };
    let (length, response) = match (&word, listing) {
        (b"FAIL", _) => {
            let reason = take_body(buffer, MESSAGE_HEADER_LEN, number, MAX_DATA)?;
            return Ok(reason.map(|reason| Response::Fail(String::from_utf8_lossy(&reason).into_owned())));
        }
        (b"DENT", _) => {
            let found = cut_entry(buffer, ListVersion::One, Status::take)?;
            return Ok(found.map(|(status, name)| Response::Entry { status, name }));
        }
        (b"DNT2", _) => {
            let found = cut_entry(buffer, ListVersion::Two, StatusV2::take)?;
            return Ok(found.map(|(status, name)| Response::EntryV2 { status, name }));
        }
        (b"STAT", _) => {
            let Some(mut body) = buffer.get(4..4 + Status::LEN) else { return Ok(None) };
            (4 + Status::LEN, Response::Stat(Status::take(&mut body)))
        }
        (b"STA2" | b"LST2", _) => {
            let Some(mut body) = buffer.get(4..4 + StatusV2::LEN) else { return Ok(None) };
            let (status, follow) = (StatusV2::take(&mut body), word == *b"STA2");
            (4 + StatusV2::LEN, Response::StatV2 { status, follow })
        }
        (b"DONE", Some(version)) => (version.entry_len(), Response::EndOfList(version)),
        (b"DONE", None) => (MESSAGE_HEADER_LEN, Response::Done),
        (b"OKAY", _) => (MESSAGE_HEADER_LEN, Response::Okay),
        _ => return Err(unknown(word)),
    };
    if buffer.len() < length {
        return Ok(None);
    }
    buffer.advance(length);
    Ok(Some(response))
}

fn cut_entry<T>(
    buffer: &mut BytesMut,
    version: ListVersion,
    status: fn(&mut &[u8]) -> T,
) -> Result<Option<(T, String)>, SyncError> {
    let head = version.entry_len();
    let Some(mut bytes) = buffer.get(4..head) else { return Ok(None) };
    let status = status(&mut bytes);
    let length = bytes.get_u32_le();
    let Some(name) = take_body(buffer, head, length, MAX_PATH)? else { return Ok(None) };
    let name = String::from_utf8_lossy(&name).into_owned();
    // It is appended to a path, and must not lead out of it.
    if name.is_empty() || name.contains(['/', '\0']) {
        return Err(SyncError::BadName(name));
    }
    Ok(Some((status, name)))
}
