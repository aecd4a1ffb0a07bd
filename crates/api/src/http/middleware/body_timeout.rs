//! Bounds how slowly a client may send a body.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_core::Stream;

use crate::http::pace::{MIN_RATE, Pace};

/// The time that every body may take, however small.
const BODY_GRACE: Duration = Duration::from_secs(10);

/// A body that fails when it comes too slowly.
pub(crate) struct TimedBody {
    body: Payload,
    pace: Pace,
}

impl TimedBody {
    /// Bounds the time of `body`.
    pub(crate) fn boxed(body: Payload) -> Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> {
        Box::pin(Self { body, pace: Pace::new(BODY_GRACE) })
    }
}

impl Stream for TimedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Poll::Ready(next) = Pin::new(&mut this.body).poll_next(context) {
            let count = next.as_ref().and_then(|next| next.as_ref().ok()).map_or(0, Bytes::len);
            this.pace.progress(count);
            return Poll::Ready(next);
        }
        this.pace.poll_late(context).map(|()| {
            let reason = format!("it came more slowly than {MIN_RATE} bytes a second");
            Some(Err(PayloadError::Io(io::Error::new(io::ErrorKind::TimedOut, reason))))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::{Instant, Interval, interval};

    use super::*;

    /// A body that sends `size` bytes at every tick, `left` times.
    struct Dripping {
        clock: Interval,
        size: usize,
        left: u32,
    }

    impl Stream for Dripping {
        type Item = Result<Bytes, PayloadError>;

        fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            std::task::ready!(self.clock.poll_tick(context));
            self.left -= 1;
            Poll::Ready(Some(Ok(Bytes::from(vec![0; self.size]))))
        }
    }

    /// How many bytes came, and whether all of them did.
    async fn read(size: usize, period: Duration, count: u32) -> (usize, bool) {
        let source: Pin<Box<dyn Stream<Item = _>>> =
            Box::pin(Dripping { clock: interval(period), size, left: count });
        let mut body = TimedBody::boxed(Payload::from(source));
        let mut length = 0;
        loop {
            match poll_fn(|context| body.as_mut().poll_next(context)).await {
                Some(Ok(bytes)) => length += bytes.len(),
                Some(Err(_)) => return (length, false),
                None => return (length, true),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_take_long_if_it_keeps_a_pace() {
        assert_eq!(read(2048, Duration::from_secs(1), 3600).await, (2048 * 3600, true));
        assert_eq!(read(5, Duration::from_secs(4), 2).await, (10, true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_or_stops_is_given_up() {
        let begin = Instant::now();
        assert_eq!(read(1, Duration::from_secs(1), 3600).await, (11, false));
        assert_eq!(begin.elapsed().as_secs(), 10);
        let begin = Instant::now();
        assert_eq!(read(1_000_000, Duration::from_secs(3600), 2).await, (1_000_000, false));
        assert_eq!(begin.elapsed().as_secs(), 10);
    }
}
