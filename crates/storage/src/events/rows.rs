//! The rows of events, and their conversions to and from domain types.

use diesel::prelude::*;
use tikmatrix_domain::{Event, EventId, EventKind, EventSubject, Outcome, Serial, TaskChange, TaskId};

use crate::columns::{failure_code, millis, moment, number, serial, storable, unreadable};
use crate::database::connection::Engine;
use crate::error::StorageError;
use crate::schema;

type Read<T> = Result<T, StorageError>;

/// An event to be inserted; the database gives it its position.
#[derive(Insertable)]
#[diesel(table_name = schema::event)]
pub(crate) struct NewEventRow {
    pub(crate) at: i64,
    kind: &'static str,
    task_id: Option<i64>,
    serial: Option<String>,
    attempt: Option<i32>,
    progress: Option<i32>,
    retry_at: Option<i64>,
    outcome: Option<&'static str>,
    failure_code: Option<String>,
    text: Option<String>,
    address: Option<String>,
    state: Option<String>,
    pub(crate) presence: Option<&'static str>,
}

impl NewEventRow {
    pub(crate) fn new(at: i64, phone: Option<&Serial>, subject: &EventSubject) -> Self {
        let mut row = Self {
            at,
            kind: subject.kind().as_str(),
            task_id: None,
            serial: phone.map(ToString::to_string),
            attempt: None,
            progress: None,
            retry_at: None,
            outcome: None,
            failure_code: None,
            text: None,
            address: None,
            state: None,
            presence: None,
        };
        match subject {
            EventSubject::Task { task, attempt, change } => {
                row.task_id = Some(task.0);
                row.attempt = Some(i32::try_from(*attempt).unwrap_or(i32::MAX));
                row.set_change(change);
            }
            EventSubject::Device { address, state, reason } => {
                row.address = Some(storable(address));
                row.state = Some(state.clone());
                row.text = reason.as_deref().map(storable);
            }
        }
        row
    }

    fn set_change(&mut self, change: &TaskChange) {
        match change {
            TaskChange::Created | TaskChange::Started | TaskChange::Released => {}
            TaskChange::Retried | TaskChange::Deleted => {}
            TaskChange::Interrupted { remark } => self.text = Some(storable(remark)),
            TaskChange::Step(text) => self.text = Some(storable(text)),
            TaskChange::Progress(percent) => self.progress = Some(i32::from(*percent)),
            TaskChange::Finished { outcome, failure_code, remark } => {
                self.outcome = Some(outcome.as_str());
                self.failure_code = failure_code.map(|code| code.to_string());
                self.text = Some(storable(remark));
            }
            TaskChange::Postponed { failure_code, remark, until } => {
                self.failure_code = failure_code.map(|code| code.to_string());
                self.text = Some(storable(remark));
                self.retry_at = Some(millis(*until));
            }
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::event, check_for_backend(Engine))]
pub(crate) struct EventRow {
    pub(crate) id: i64,
    at: i64,
    kind: String,
    task_id: Option<i64>,
    serial: Option<String>,
    attempt: Option<i32>,
    progress: Option<i32>,
    retry_at: Option<i64>,
    outcome: Option<String>,
    failure_code: Option<String>,
    text: Option<String>,
    address: Option<String>,
    state: Option<String>,
}

impl EventRow {
    pub(crate) fn into_event(self) -> Read<Event> {
        let kind = self.kind.parse::<EventKind>().map_err(|_| unreadable("event.kind", &self.kind))?;
        let at = moment("event.at", self.at)?;
        let phone = self.serial.as_deref().map(serial).transpose()?;
        let subject = match self.task_id {
            Some(id) => EventSubject::Task {
                task: TaskId(id),
                attempt: number("event.attempt", self.attempt.unwrap_or_default())?,
                change: self.change(kind)?,
            },
            None => EventSubject::Device {
                address: self.address.unwrap_or_default(),
                state: self.state.unwrap_or_default(),
                reason: self.text,
            },
        };
        Ok(Event { id: EventId(self.id), at, serial: phone, subject })
    }

    fn change(&self, kind: EventKind) -> Read<TaskChange> {
        let text = || self.text.clone().unwrap_or_default();
        let code = || self.failure_code.as_deref().map(failure_code).transpose();
        Ok(match kind {
            EventKind::TaskCreated => TaskChange::Created,
            EventKind::TaskStarted => TaskChange::Started,
            EventKind::TaskStep => TaskChange::Step(text()),
            EventKind::TaskProgress => {
                TaskChange::Progress(number("event.progress", self.progress.unwrap_or_default())?)
            }
            EventKind::TaskFinished => {
                let word = self.outcome.as_deref().unwrap_or_default();
                let outcome = word.parse::<Outcome>().map_err(|_| unreadable("event.outcome", word))?;
                TaskChange::Finished { outcome, failure_code: code()?, remark: text() }
            }
            EventKind::TaskPostponed => {
                let until = moment("event.retry_at", self.retry_at.unwrap_or_default())?;
                TaskChange::Postponed { failure_code: code()?, remark: text(), until }
            }
            EventKind::TaskInterrupted => TaskChange::Interrupted { remark: text() },
            EventKind::TaskReleased => TaskChange::Released,
            EventKind::TaskRetried => TaskChange::Retried,
            EventKind::TaskDeleted => TaskChange::Deleted,
            EventKind::DeviceState => return Err(unreadable("event.kind", "device_state of a task")),
        })
    }
}
