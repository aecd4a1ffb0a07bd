//! The body of an upload as its reader gets it: piece by piece, never more of it in memory than is read, and with a rest
//! that can be thrown away.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::error::PayloadError;
use actix_web::web::{Bytes, Payload};
use futures_core::Stream;

/// How much may have come that its reader has not made anything of: far more than the heads of a part need.
const MOST_UNREAD: usize = 1024 * 1024;
/// How much more is read of a body that is refused, so that its sender gets to read why.
const MOST_THROWN_AWAY: usize = 16 * 1024 * 1024;

/// A body that can be read by parts and thrown away as a whole.
#[derive(Clone)]
pub(crate) struct Body(Rc<Inner>);

struct Inner {
    payload: RefCell<Payload>,
    unread: Cell<usize>,
    has_ended: Cell<bool>,
}

/// The body as the reader of its parts gets it.
pub(crate) struct Pieces {
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

    pub(crate) fn pieces(&self) -> Pieces {
        Pieces { body: self.clone(), has_given: false }
    }

    /// Says that so many bytes of what came were read.
    pub(crate) fn was_read(&self, bytes: usize) {
        self.0.unread.set(self.0.unread.get().saturating_sub(bytes));
    }

    /// Says that everything that came was read, as it is when a part begins.
    pub(crate) fn begins_part(&self) {
        self.0.unread.set(0);
    }

    /// Whether nothing more will come.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.has_ended.get()
    }

    /// Reads on, within bounds, without making anything of it.
    pub(crate) async fn throw_away(&self) {
        let mut thrown = 0;
        while thrown < MOST_THROWN_AWAY && !self.has_ended() {
            match poll_fn(|context| self.poll(context)).await {
                Some(Ok(bytes)) => thrown += bytes.len(),
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

impl Stream for Pieces {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        // The reader of parts gathers all that it can get before it looks at any of it.
        if std::mem::take(&mut this.has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let unread = &this.body.0.unread;
        if unread.get() > MOST_UNREAD {
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
