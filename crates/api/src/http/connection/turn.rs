//! The turn of a connection: a request has it from its head until its answer is complete, and the next one comes after
//! that.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Bytes;

/// Whether a request of one connection is being answered; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Turn(Rc<State>);

#[derive(Default)]
struct State {
    is_taken: Cell<bool>,
    /// Of the task that has the next request.
    waker: Cell<Option<Waker>>,
}

impl Turn {
    /// Whether no request is being answered.
    pub(super) fn is_free(&self) -> bool {
        !self.0.is_taken.get()
    }

    /// Takes the turn for a request.
    pub(super) fn take(&self) {
        self.0.is_taken.set(true);
    }

    /// Passes the turn on.
    pub(super) fn pass(&self) {
        self.0.is_taken.set(false);
        self.wake();
    }

    /// Wakes this task when a next request may be due.
    pub(super) fn wake_later(&self, waker: &Waker) {
        self.0.waker.set(Some(waker.clone()));
    }

    /// Wakes the task that has a next request.
    pub(super) fn wake(&self) {
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }
}

/// The turn of one request, which passes when it is dropped.
pub(crate) struct Taken(Turn);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.pass();
    }
}

/// The body of an answer, which has the turn until it is complete.
pub(crate) struct InTurn {
    body: BoxBody,
    /// Whether only its size is asked for. An endless body would otherwise be read to its end.
    is_unsent: bool,
    _taken: Option<Taken>,
}

impl MessageBody for InTurn {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.is_unsent { Poll::Ready(None) } else { self.body.as_pin_mut().poll_next(context) }
    }
}

/// A middleware (for `actix_web::middleware::from_fn`) that keeps the turn of the connection until the answer is complete.
///
/// # Errors
/// Those of the rest of the application.
pub(crate) async fn keep(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<InTurn>, actix_web::Error> {
    let taken = request.request().conn_data::<Turn>().cloned().map(Taken);
    let is_unsent = request.method() == Method::HEAD;
    let answered = next.call(request).await?;
    Ok(answered.map_body(|_, body| InTurn { body: body.boxed(), is_unsent, _taken: taken }))
}
