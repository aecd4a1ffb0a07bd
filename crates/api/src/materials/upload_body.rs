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

/// A body that is read in chunks, and whose rest can be discarded.
#[derive(Clone)]
pub(crate) struct Body(Rc<Inner>);

struct Inner {
    payload: RefCell<Payload>,
    unread: Cell<usize>,
    has_ended: Cell<bool>,
}

/// The stream that the multipart parser reads.
pub(crate) struct Chunks {
    body: Body,
    has_given: bool,
}

impl Body {
    pub(crate) fn new(payload: Payload) -> Self {
        Self(Rc::new(Inner {
            payload: RefCell::new(payload),
            unread: Cell::new(0),
            has_ended: Cell::new(false),
        }))
    }

    pub(crate) fn chunks(&self) -> Chunks {
        Chunks { body: self.clone(), has_given: false }
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
        let next = ready!(this.body.poll(context));
        if let Some(Ok(bytes)) = &next {
            unread.set(unread.get() + bytes.len());
            this.has_given = true;
        }
        Poll::Ready(next)
    }
}
