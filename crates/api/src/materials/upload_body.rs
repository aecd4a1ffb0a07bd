//! The body of an upload as a stream whose unread part is bounded, and whose rest can be discarded.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::error::PayloadError;
use actix_web::web::{Bytes, Payload};
use futures_core::Stream;

/// What the multipart parser may buffer, in bytes: far more than the head of a part needs.
const MAX_UNREAD: usize = 1024 * 1024;
/// What is read of a refused body, in bytes, so that its sender gets to read the reason.
const MAX_DISCARDED: usize = 16 * 1024 * 1024;
/// What may come before the first part, in bytes.
const MAX_PREAMBLE: usize = 64 * 1024;

/// A body that is read in chunks, and whose rest can be discarded.
#[derive(Clone)]
pub(crate) struct Body(Rc<Inner>);

struct Inner {
    payload: RefCell<Payload>,
    unread: Cell<usize>,
    has_ended: Cell<bool>,
    /// The line with which the first part begins.
    first_line: Vec<u8>,
}

/// The stream that the multipart parser reads.
pub(crate) struct Chunks {
    body: Body,
    has_given: bool,
    /// What has come while the first part has not begun. The parser does not bear lines before it that are shorter than
    /// any line of a part.
    preamble: Option<Vec<u8>>,
}

impl Body {
    /// A body whose parts are divided by `boundary`.
    pub(crate) fn new(payload: Payload, boundary: &str) -> Self {
        Self(Rc::new(Inner {
            payload: RefCell::new(payload),
            unread: Cell::new(0),
            has_ended: Cell::new(false),
            first_line: format!("--{boundary}\r\n").into_bytes(),
        }))
    }

    pub(crate) fn chunks(&self) -> Chunks {
        Chunks { body: self.clone(), has_given: false, preamble: Some(Vec::new()) }
    }

    /// Counts bytes that the parser has returned.
    pub(crate) fn count_read(&self, bytes: usize) {
        self.0.unread.set(self.0.unread.get().saturating_sub(bytes));
    }

    /// Notes that a part begins: everything that was buffered before is read.
    pub(crate) fn begin_part(&self) {
        self.0.unread.set(0);
    }

    /// Whether the body is complete or broken.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.has_ended.get()
    }

    /// Reads the rest within bounds, and discards it.
    pub(crate) async fn discard(&self) {
        let mut discarded = 0;
        while discarded < MAX_DISCARDED && !self.has_ended() {
            match poll_fn(|context| self.poll(context)).await {
                Some(Ok(bytes)) => discarded += bytes.len(),
                Some(Err(_)) | None => return,
            }
        }
    }

    /// Returns the bytes from the first part on; the end where there is none.
    fn poll_first(
        &self,
        preamble: &mut Vec<u8>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let first_line = &self.0.first_line;
        loop {
            let is_at_start = |at: usize| at == 0 || preamble.get(at - 1) == Some(&b'\n');
            let mut lines = preamble.windows(first_line.len()).enumerate();
            let found = lines.find(|(at, line)| is_at_start(*at) && line == first_line);
            if let Some((begin, _)) = found {
                return Poll::Ready(Some(Ok(Bytes::from(preamble.split_off(begin)))));
            }
            if preamble.len() > MAX_PREAMBLE {
                return Poll::Ready(Some(Err(PayloadError::Overflow)));
            }
            match ready!(self.poll(context)) {
                Some(Ok(bytes)) => preamble.extend_from_slice(&bytes),
                other => return Poll::Ready(other),
            }
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let next = Pin::new(&mut *self.0.payload.borrow_mut()).poll_next(context);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            self.0.has_ended.set(true);
        }
        next
    }
}

impl Stream for Chunks {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        // The parser buffers all that it can get before it parses any of it.
        if std::mem::take(&mut this.has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let unread = &this.body.0.unread;
        if unread.get() > MAX_UNREAD {
            return Poll::Ready(Some(Err(PayloadError::Overflow)));
        }
        let next = match &mut this.preamble {
            Some(preamble) => {
                let next = ready!(this.body.poll_first(preamble, context));
                this.preamble = None;
                next
            }
            None => ready!(this.body.poll(context)),
        };
        if let Some(Ok(bytes)) = &next {
            unread.set(unread.get() + bytes.len());
            this.has_given = true;
        }
        Poll::Ready(next)
    }
}
