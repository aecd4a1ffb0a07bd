//! Requests for tasks: fanned out, spread over time and stored in one transaction; with an idempotency key only once.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{
    AccountsByDevice, AppId, BoundAccount, FanOut, Recipients, Serial, SkippedDevice, TaskId, TaskRequest,
};

use crate::columns::{self, millis};
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::schema::{account, request_key};
use crate::settings::operations as settings;
use crate::tasks::claim::TaskQueue;
use crate::tasks::counts;
use crate::tasks::create::insert::{insert_all, resolve_accounts};
use crate::tasks::create::interval_shift;

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
    /// The devices that got fewer tasks than requested.
    pub skipped: Vec<SkippedDevice>,
}

impl TaskQueue<'_> {
    /// Creates the tasks of `request`, at `now`: all of them or none. Their ids are in fan-out order.
    ///
    /// # Errors
    /// [`StorageError::TooManyTasks`], [`StorageError::QueueFull`], or of the database; no task is stored then.
    pub async fn create(self, request: TaskRequest, now: DateTime<Utc>) -> Result<Created, StorageError> {
        let (max, first_app) = (self.0.max_pending, self.0.first_app);
        self.0
            .database
            .write("create the tasks of a request", move |connection| {
                create(connection, &request, max, first_app, now)
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
    let mut accounts = AccountsByDevice::new();
    if let Recipients::AccountsOfDevices(serials) = &request.recipients {
        for serial in serials {
            accounts.insert(serial.clone(), accounts_on(connection, serial)?);
        }
    }
    let FanOut { mut tasks, skipped } = request.fan_out(&accounts).map_err(StorageError::TooManyTasks)?;
    check_queue_limit(connection, tasks.len(), max_pending)?;
    let default_app = settings::load(connection)?.default_app.unwrap_or(first_app);
    resolve_accounts(connection, &mut tasks, default_app, now)?;
    let apart = request.interval.spread(&mut tasks, now, request.seed);
    let tasks = insert_all(connection, &tasks, default_app, now)?;
    interval_shift::store_gaps(connection, &tasks, &apart)?;
    Ok(Created { tasks, skipped })
}

/// No other writer creates tasks between this query and the end of the transaction.
fn check_queue_limit(connection: &mut Connection, requested: usize, max: u64) -> Result<(), Fault> {
    let pending = counts::by_status(connection)?.pending;
    if pending.saturating_add(u64::try_from(requested).unwrap_or(u64::MAX)) > max {
        return Err(StorageError::QueueFull { pending, max, requested }.into());
    }
    Ok(())
}

fn accounts_on(connection: &mut Connection, serial: &Serial) -> Result<Vec<BoundAccount>, Fault> {
    let accounts: Vec<(String, String, bool)> = account::table
        .filter(account::serial.eq(serial.as_str()))
        .order(account::id)
        .select((account::username, account::app, account::enabled))
        .load(connection)?;
    let accounts = accounts.iter().map(|(name, app, enabled)| {
        Ok(BoundAccount { username: columns::username(name)?, app: columns::app(app)?, enabled: *enabled })
    });
    accounts.collect()
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
