//! Webhooks: URLs that are called when something happens, and the events that they can subscribe to.

use chrono::{DateTime, Utc};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::event::{Event, EventId, EventSubject, TaskChange};
use crate::task::failure::code::{FailureCode, StandardFailure};
use crate::task::task::Outcome;
use crate::text::secret::Secret;

/// The number of a webhook: positive, assigned by the database, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WebhookId(pub i64);

/// A kind of event that webhooks can subscribe to. The texts are the types of Standard Webhooks: words with full stops
/// between them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, EnumString, IntoStaticStr, VariantArray,
)]
pub enum WebhookEvent {
    /// A task ended, and its script succeeded.
    #[strum(serialize = "task.finished")]
    TaskFinished,
    /// A task ended otherwise: it failed, was stopped, cancelled or interrupted, or ran out of time.
    #[strum(serialize = "task.failed")]
    TaskFailed,
    /// A phone that was ready cannot be used any more.
    #[strum(serialize = "device.lost")]
    DeviceLost,
    /// A phone that was lost is ready again.
    #[strum(serialize = "device.back")]
    DeviceBack,
    /// An attempt failed because the app limits its account.
    #[strum(serialize = "account.limited")]
    AccountLimited,
}

/// Whether work can rely on a device, when that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Presence {
    /// It was ready, and cannot be used any more.
    Lost,
    /// It was lost, and is ready again.
    Back,
}

impl Presence {
    /// Returns what has changed for a device: `before` and `now` are whether it was and is ready, `None` where that is not
    /// known. A server that starts connects to phones that it knew: nothing was lost until one does not answer.
    #[must_use]
    pub fn change(before: Option<bool>, now: Option<bool>) -> Option<Self> {
        match (before, now) {
            (Some(true), Some(false)) => Some(Self::Lost),
            (Some(false), Some(true)) => Some(Self::Back),
            _ => None,
        }
    }
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The number.
    pub id: WebhookId,
    /// The URL that is called.
    pub url: String,
    /// The events that it subscribes to, sorted, each once.
    pub events: Vec<WebhookEvent>,
    /// A note for users.
    pub description: String,
    /// Whether it gets events. One that is disabled gets none, later ones neither.
    pub enabled: bool,
    /// Why the server has disabled it.
    pub disabled_reason: Option<String>,
    /// The secret that signs its deliveries: `whsec_` and the base64 of the key.
    pub secret: Secret,
    /// The last event that it has got or does not get.
    pub position: EventId,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A webhook to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// The URL.
    pub url: String,
    /// The events, sorted, each once.
    pub events: Vec<WebhookEvent>,
    /// A note for users.
    pub description: String,
    /// Whether it gets events.
    pub enabled: bool,
    /// The secret.
    pub secret: Secret,
}

/// A partial update of a webhook; a field that is `None` keeps its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookChange {
    /// The new URL.
    pub url: Option<String>,
    /// The new events, sorted, each once.
    pub events: Option<Vec<WebhookEvent>>,
    /// The new note.
    pub description: Option<String>,
    /// Whether it gets events from now on.
    pub enabled: Option<bool>,
    /// The new secret.
    pub secret: Option<Secret>,
}

/// Returns the kinds of events that webhooks get for `event`, of a device with what it means for its presence.
#[must_use]
pub fn webhook_events(event: &Event, presence: Option<Presence>) -> Vec<WebhookEvent> {
    match &event.subject {
        EventSubject::Task { change, .. } => of_task(change),
        EventSubject::Device { .. } => match presence {
            Some(Presence::Lost) => vec![WebhookEvent::DeviceLost],
            Some(Presence::Back) => vec![WebhookEvent::DeviceBack],
            None => Vec::new(),
        },
    }
}

fn of_task(change: &TaskChange) -> Vec<WebhookEvent> {
    let (end, failure_code) = match change {
        TaskChange::Finished { outcome: Outcome::Succeeded, failure_code, .. } => {
            (Some(WebhookEvent::TaskFinished), failure_code)
        }
        TaskChange::Finished { failure_code, .. } => (Some(WebhookEvent::TaskFailed), failure_code),
        TaskChange::Postponed { failure_code, .. } => (None, failure_code),
        _ => return Vec::new(),
    };
    let limited = *failure_code == Some(FailureCode::Standard(StandardFailure::AccountLimited));
    end.into_iter().chain(limited.then_some(WebhookEvent::AccountLimited)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::task::TaskId;

    fn event(change: TaskChange) -> Event {
        let subject = EventSubject::Task { task: TaskId(1), attempt: 1, change };
        Event { id: EventId(1), at: DateTime::UNIX_EPOCH, serial: None, subject }
    }

    #[test]
    fn the_end_of_a_task_is_one_event_and_a_limited_account_another() {
        use WebhookEvent::{AccountLimited, TaskFailed, TaskFinished};
        let finished = |outcome, failure_code| {
            let change = TaskChange::Finished { outcome, failure_code, remark: String::new() };
            webhook_events(&event(change), None)
        };
        let limited = Some(StandardFailure::AccountLimited.into());
        assert_eq!(finished(Outcome::Succeeded, None), [TaskFinished]);
        for outcome in Outcome::ALL.iter().filter(|outcome| **outcome != Outcome::Succeeded) {
            assert_eq!(finished(*outcome, None), [TaskFailed], "{outcome}");
        }
        assert_eq!(finished(Outcome::Failed, limited), [TaskFailed, AccountLimited]);
        let until = DateTime::UNIX_EPOCH;
        let postponed =
            |failure_code| event(TaskChange::Postponed { failure_code, remark: String::new(), until });
        assert_eq!(webhook_events(&postponed(limited), None), [AccountLimited]);
        assert_eq!(webhook_events(&postponed(None), None), []);
        assert_eq!(webhook_events(&event(TaskChange::Created), None), []);
    }

    #[test]
    fn a_device_is_lost_once_it_was_ready_and_back_once_it_was_lost() {
        let changes = [
            (None, Some(true), None),
            (None, Some(false), None),
            (Some(true), None, None),
            (Some(true), Some(true), None),
            (Some(true), Some(false), Some(Presence::Lost)),
            (Some(false), Some(false), None),
            (Some(false), None, None),
            (Some(false), Some(true), Some(Presence::Back)),
        ];
        for (before, now, change) in changes {
            assert_eq!(Presence::change(before, now), change, "{before:?} {now:?}");
        }
    }
}
