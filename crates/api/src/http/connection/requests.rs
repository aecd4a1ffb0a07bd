//! The requests among the bytes of a connection: where each begins and ends, as the HTTP library's own decoder reads them,
//! so that both always agree.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_http::error::ParseError;
use actix_http::h1::{Codec, Message, MessageType};
use actix_http::{Request, ServiceConfig};
use actix_web::http::{Method, header};
use actix_web::web::BytesMut;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::codec::Decoder as _;
use tokio_util::io::poll_read_buf;

use crate::http::connection::goodbye::Refusal;

/// How much is read at once, in bytes.
const PORTION: usize = 8 * 1024;
/// The largest head that the library reads, in bytes.
const MAX_HEAD: usize = 128 * 1024;

/// What a client has sent, request by request.
pub(super) struct Requests {
    config: ServiceConfig,
    /// What came and is not due yet.
    received: BytesMut,
    /// What the library may have now.
    ready: BytesMut,
    /// The decoder of the body that is being received.
    body: Option<Codec>,
    /// From how many received bytes on it is worth to look for a head again.
    next_look: usize,
    /// Whether a request has come before.
    is_known: bool,
    /// Whether nothing that follows is a request.
    has_ended: bool,
}

/// What can be done with what has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A head is complete, and is ready from now on.
    Head,
    /// There are bytes that are due.
    Ready,
    /// There are bytes, and they are not due yet.
    Withheld,
    /// More has to come.
    Wanting,
    /// What follows is no request, and the library will answer the last one.
    Ended,
    /// It is no request.
    Refused(Refusal),
}

impl Requests {
    pub(super) fn new(config: ServiceConfig) -> Self {
        Self {
            config,
            received: BytesMut::new(),
            ready: BytesMut::new(),
            body: None,
            next_look: 0,
            is_known: false,
            has_ended: false,
        }
    }

    /// Whether no request has come yet.
    pub(super) fn are_first(&self) -> bool {
        !self.is_known
    }

    /// Whether a head has begun.
    pub(super) fn are_begun(&self) -> bool {
        !self.received.is_empty()
    }

    /// Whether a body is being received.
    pub(super) fn are_in_body(&self) -> bool {
        self.body.is_some()
    }

    /// Whether there are bytes that are due.
    pub(super) fn are_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether as much has come of later requests as is kept of them.
    pub(super) fn are_far_ahead(&self) -> bool {
        self.received.len() >= PORTION
    }

    /// Receives more: the number of bytes, 0 at the end.
    pub(super) fn poll_receive(
        &mut self,
        io: Pin<&mut impl AsyncRead>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.received.reserve(PORTION);
        poll_read_buf(io, context, &mut self.received)
    }

    /// Moves what is due into `buffer`.
    pub(super) fn read_into(&mut self, buffer: &mut ReadBuf<'_>) {
        let count = self.ready.len().min(buffer.remaining());
        buffer.put_slice(&self.ready.split_to(count));
        if self.ready.is_empty() && self.received.is_empty() {
            // A connection that waits keeps no memory.
            (self.ready, self.received) = (BytesMut::new(), BytesMut::new());
        }
    }

    /// Looks at what has come. `may_begin` is whether a further request is due, `is_all` whether no more will come.
    pub(super) fn step(&mut self, may_begin: bool, is_all: bool) -> Step {
        if !self.ready.is_empty() {
            return Step::Ready;
        }
        if self.has_ended {
            return Step::Ended;
        }
        if let Some(codec) = &mut self.body {
            return match end_of_body(codec, &self.received) {
                Ok((taken, is_complete)) => {
                    self.ready = self.received.split_to(taken);
                    if is_complete {
                        self.body = None;
                    }
                    if taken > 0 { Step::Ready } else { Step::Wanting }
                }
                // The handler that reads the body answers.
                Err(_) => Step::Ended,
            };
        }
        if self.received.is_empty() {
            return Step::Wanting;
        }
        if !may_begin {
            return Step::Withheld;
        }
        if self.received.len() < self.next_look && !is_all && !ends_a_head(&self.received) {
            return Step::Wanting;
        }
        self.head()
    }

    fn head(&mut self) -> Step {
        let decode = |bytes: &[u8]| {
            let (mut codec, mut rest) = (Codec::new(self.config.clone()), BytesMut::from(bytes));
            codec.decode(&mut rest).map(|message| (message, codec, bytes.len() - rest.len()))
        };
        let (request, mut codec, length) = match decode(&self.received) {
            Ok((Some(Message::Item(request)), codec, length)) => (request, codec, length),
            Ok(_) => {
                self.next_look = (self.received.len() * 2).min(MAX_HEAD);
                return Step::Wanting;
            }
            Err(ParseError::TooLarge) => return Step::Refused(Refusal::TooLarge),
            Err(_) => return Step::Refused(Refusal::Malformed),
        };
        let mut head = self.received.split_to(length);
        if offers_upgrade(&request) {
            head = without_offer(&head);
            codec = match decode(&head) {
                Ok((Some(Message::Item(_)), codec, _)) => codec,
                _ => return Step::Refused(Refusal::Malformed),
            };
        }
        // What follows CONNECT would be for another server.
        self.has_ended = request.method() == Method::CONNECT;
        self.body = (codec.message_type() == MessageType::Payload).then_some(codec);
        (self.ready, self.next_look, self.is_known) = (head, 0, true);
        Step::Head
    }
}

/// How many of `bytes` belong to the body, and whether it ends with them.
fn end_of_body(codec: &mut Codec, bytes: &BytesMut) -> Result<(usize, bool), ParseError> {
    let mut rest = bytes.clone();
    loop {
        match codec.decode(&mut rest)? {
            Some(Message::Chunk(None)) => return Ok((bytes.len() - rest.len(), true)),
            Some(_) => {}
            None => return Ok((bytes.len() - rest.len(), false)),
        }
    }
}

/// Whether there is an empty line, as at the end of a head. Only the last bytes are looked at, with room for a small body:
/// what comes in smaller portions than that is looked at when there is more of it.
fn ends_a_head(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(PORTION)..).unwrap_or_default();
    tail.windows(2).any(|pair| pair == b"\n\n") || tail.windows(4).any(|four| four == b"\r\n\r\n")
}

/// Whether a request offers another protocol. The server has none, and such an offer may be ignored (RFC 9110, 7.8).
fn offers_upgrade(request: &Request) -> bool {
    request.upgrade() || request.head().headers().contains_key(header::UPGRADE)
}

/// The head without the offer, so that the connection is used on as any other.
fn without_offer(head: &[u8]) -> BytesMut {
    let mut kept = BytesMut::with_capacity(head.len());
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = colon.map_or((&[][..], line), |colon| line.split_at(colon));
        if name.eq_ignore_ascii_case(b"upgrade") {
            continue;
        }
        if !name.eq_ignore_ascii_case(b"connection") {
            kept.extend_from_slice(line);
            continue;
        }
        let options = String::from_utf8_lossy(value);
        let others: Vec<&str> = options
            .trim_start_matches(':')
            .split(',')
            .map(str::trim)
            .filter(|option| !option.is_empty() && !option.eq_ignore_ascii_case("upgrade"))
            .collect();
        if !others.is_empty() {
            kept.extend_from_slice(format!("Connection: {}\r\n", others.join(", ")).as_bytes());
        }
    }
    kept
}
