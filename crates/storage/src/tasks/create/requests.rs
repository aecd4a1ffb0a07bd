//! Requests for tasks: fanned out, spread over time and stored in one transaction; with an idempotency key only once.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{AppId, FanOut, TaskId, TaskRequest};

use crate::accounts::operations as accounts;
use crate::columns::millis;
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::schema::request_key;
use crate::tasks::claim::TaskQueue;
use crate::tasks::create::insert::insert_all;
use crate::tasks::create::interval_shift;
use crate::tasks::create::prepare::prepare;

/// The idempotency key of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// The key that the client sent.
    pub key: String,
    /// A hash of the whole request.
    pub fingerprint: String,
    /// How long the key is valid after its first use.
    pub lifetime: TimeDelta,
}

/// The result of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The ids of the tasks, in fan-out order.
    pub tasks: Vec<TaskId>,
    /// The tasks as they were stored, in the same order, and what of the request made none.
    pub fan_out: FanOut,
}

impl TaskQueue<'_> {
    /// Creates the tasks of `request`, at `now`: all of them or none. Their ids are in fan-out order.
    ///
    /// # Errors
    /// [`StorageError::Oversized`], [`StorageError::UnknownGroups`], [`StorageError::EmptyGroups`],
    /// [`StorageError::Impossible`], [`StorageError::QueueFull`], or of the database; no task is stored then.
    pub async fn create(self, request: TaskRequest, now: DateTime<Utc>) -> Result<Created, StorageError> {
        let (max, first_app) = (self.0.max_pending, self.0.first_app);
        self.0
            .database
            .write("create the tasks of a request", move |connection| {
                create(connection, &request, max, first_app, now)
            })
            .await
    }

    /// Returns what [`TaskQueue::create`] would create at `now`, and changes nothing. Intervals at random come from the
    /// seed of the request.
    ///
    /// # Errors
    /// As [`TaskQueue::create`].
    pub async fn preview(self, request: TaskRequest, now: DateTime<Utc>) -> Result<FanOut, StorageError> {
        let (max, first_app) = (self.0.max_pending, self.0.first_app);
        self.0
            .database
            .read_tx("preview the tasks of a request", move |connection| {
                Ok(prepare(connection, &request, max, first_app, now)?.fan_out)
            })
            .await
    }

    /// Creates the tasks of `request`, unless `key` was used already: then nothing is created and the first answer is
    /// returned again. `answer` formats the result, which is stored with the tasks in the same transaction.
    ///
    /// # Errors
    /// [`StorageError::KeyReused`], and as [`TaskQueue::create`].
    pub async fn create_once(
        self,
        request: TaskRequest,
        key: RequestKey,
        now: DateTime<Utc>,
        answer: impl FnOnce(&Created) -> String + Send + 'static,
    ) -> Result<String, StorageError> {
        let (max, first_app) = (self.0.max_pending, self.0.first_app);
        self.0
            .database
            .write("create the tasks of a request once", move |connection| {
                delete_expired_keys(connection, now - key.lifetime)?;
                if let Some((fingerprint, answer)) = first_use(connection, &key.key)? {
                    let same = fingerprint == key.fingerprint;
                    return if same { Ok(answer) } else { Err(StorageError::KeyReused.into()) };
                }
                let answer = answer(&create(connection, &request, max, first_app, now)?);
                store_key(connection, &key, &answer, now)?;
                Ok(answer)
            })
            .await
    }
}

fn create(
    connection: &mut Connection,
    request: &TaskRequest,
    max_pending: u64,
    first_app: AppId,
    now: DateTime<Utc>,
) -> Result<Created, Fault> {
    let prepared = prepare(connection, request, max_pending, first_app, now)?;
    for (username, app) in &prepared.new_accounts {
        accounts::insert(connection, username, *app, now)?;
    }
    let tasks = insert_all(connection, &prepared.fan_out.tasks, prepared.default_app, now)?;
    interval_shift::store_gaps(connection, &tasks, &prepared.gaps)?;
    Ok(Created { tasks, fan_out: prepared.fan_out })
}

fn delete_expired_keys(connection: &mut Connection, moment: DateTime<Utc>) -> Result<(), Fault> {
    diesel::delete(request_key::table.filter(request_key::used_at.lt(millis(moment)))).execute(connection)?;
    Ok(())
}

fn first_use(connection: &mut Connection, key: &str) -> Result<Option<(String, String)>, Fault> {
    let first = request_key::table.find(key).select((request_key::fingerprint, request_key::answer));
    Ok(first.first(connection).optional()?)
}

fn store_key(
    connection: &mut Connection,
    key: &RequestKey,
    answer: &str,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::insert_into(request_key::table)
        .values((
            request_key::key.eq(&key.key),
            request_key::fingerprint.eq(&key.fingerprint),
            request_key::answer.eq(answer),
            request_key::used_at.eq(millis(now)),
        ))
        .execute(connection)?;
    Ok(())
}
