//! Deliveries of events to webhooks, and when a failed one is retried.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::backoff::Backoff;
use crate::webhook::webhook::{WebhookEvent, WebhookId};

/// How long a delivery is retried. What is not delivered by then is given up.
pub const DELIVERY_PERIOD: TimeDelta = TimeDelta::hours(24);

/// The delays between the attempts of a delivery. After the first hours of an outage a receiver gets one every two hours.
pub const DELIVERY_BACKOFF: Backoff =
    Backoff { initial: Duration::from_secs(5), max: Duration::from_secs(2 * 60 * 60) };

/// The number of a delivery: positive, assigned by the database, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryId(pub i64);

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryStatus {
    /// It waits for an attempt, or one is under way.
    Pending,
    /// The receiver has accepted it.
    Delivered,
    /// It was given up.
    Failed,
}

/// A delivery of one event to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The number.
    pub id: DeliveryId,
    /// The webhook.
    pub webhook: WebhookId,
    /// The identifier of the message, the same at each attempt (`webhook-id`).
    pub message_id: String,
    /// The kind of the event.
    pub event: WebhookEvent,
    /// The JSON that is sent, the same at each attempt.
    pub body: String,
    /// The state.
    pub status: DeliveryStatus,
    /// The number of attempts so far.
    pub attempts: u32,
    /// The HTTP status of the last attempt, if there was an answer.
    pub http_status: Option<u16>,
    /// Why the last attempt failed, or why there was none.
    pub error: Option<String>,
    /// When the event was queued for the webhook.
    pub created_at: DateTime<Utc>,
    /// From when on a failed attempt is the last.
    pub expires_at: DateTime<Utc>,
    /// When the last attempt ended.
    pub attempted_at: Option<DateTime<Utc>>,
    /// When the next attempt is due; `None` while one is under way, and when there is none.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When it was delivered or given up.
    pub settled_at: Option<DateTime<Utc>>,
}

/// The result of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryAttempt {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// The HTTP status of the answer, if there was one.
    pub http_status: Option<u16>,
    /// Why it failed; `None` if the receiver has accepted the event.
    pub error: Option<String>,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterAttempt {
    /// It is delivered.
    Delivered,
    /// The receiver wants no more events (410): the webhook is disabled.
    Gone,
    /// The next attempt is due then.
    Retry(DateTime<Utc>),
    /// It was the last one.
    GiveUp,
}

impl DeliveryAttempt {
    /// Returns what follows this attempt, which was number `attempts` of a delivery that expires at `expires_at`. The random
    /// part of the delay is given by `jitter`, 0 to 1.
    #[must_use]
    pub fn followed_by(&self, attempts: u32, expires_at: DateTime<Utc>, jitter: f64) -> AfterAttempt {
        if self.error.is_none() {
            return AfterAttempt::Delivered;
        }
        if self.http_status == Some(410) {
            return AfterAttempt::Gone;
        }
        let delay = TimeDelta::from_std(DELIVERY_BACKOFF.delay(attempts, jitter)).unwrap_or_default();
        let next = self.at + delay;
        if next > expires_at { AfterAttempt::GiveUp } else { AfterAttempt::Retry(next) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(at: DateTime<Utc>, http_status: Option<u16>) -> DeliveryAttempt {
        let error = (http_status != Some(204)).then(|| "no".to_owned());
        DeliveryAttempt { at, http_status, error }
    }

    #[test]
    fn a_delivery_is_retried_at_growing_distances_for_24_hours() {
        let begin = DateTime::UNIX_EPOCH;
        let (mut at, mut delays) = (begin, Vec::new());
        while let AfterAttempt::Retry(next) = attempt(at, Some(500)).followed_by(
            u32::try_from(delays.len()).unwrap() + 1,
            begin + DELIVERY_PERIOD,
            1.0,
        ) {
            delays.push((next - at).num_seconds());
            at = next;
        }
        assert_eq!(delays[..4], [5, 10, 20, 40]);
        assert!(delays.is_sorted() && delays.last() == Some(&7200), "{delays:?}");
        let lasted = at - begin;
        assert!(lasted <= DELIVERY_PERIOD && lasted > TimeDelta::hours(22), "{lasted}");
    }

    #[test]
    fn an_accepted_event_is_delivered_and_410_ends_everything() {
        let (begin, expires) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + DELIVERY_PERIOD);
        assert_eq!(attempt(begin, Some(204)).followed_by(1, expires, 0.0), AfterAttempt::Delivered);
        assert_eq!(attempt(begin, Some(410)).followed_by(1, expires, 0.0), AfterAttempt::Gone);
        assert!(matches!(attempt(begin, None).followed_by(1, expires, 0.0), AfterAttempt::Retry(_)));
        // After an outage of the server itself it is tried once more.
        let late = expires + TimeDelta::hours(1);
        assert_eq!(attempt(late, None).followed_by(1, expires, 0.0), AfterAttempt::GiveUp);
    }
}
