//! One suite over the public face of the store; every database has to pass it.

#![cfg(test)]

mod accounts;
mod audit;
mod cluster;
mod database;
mod devices;
mod events;
mod installation;
mod materials;
mod settings;
mod tasks;
mod tokens;
mod webhooks;

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::{
    AccountChange, AccountUpsert, AppId, FailureCode, Finish, Interval, LeaseId, NewTask, Outcome, Patch,
    Recipients, ScriptFailure, ScriptName, Serial, ServerId, Source, StandardFailure, Target, Task, TaskId,
    TaskOptions, TaskRequest, Username,
};
use tikmatrix_storage::{Claim, Store};

use crate::database::test_database::TestDatabase;

/// A store of its own for each test, removed at the end of it.
struct Fixture {
    store: Store,
    database: TestDatabase,
}

impl Fixture {
    fn new() -> Self {
        let database = TestDatabase::new();
        Self { store: open(&database), database }
    }

    /// What a restart of the server does to the store.
    fn reopen(self) -> Self {
        drop(self.store);
        Self { store: open(&self.database), database: self.database }
    }

    /// Creates each of `tasks` by a request of its own.
    async fn create(&self, tasks: Vec<NewTask>) -> Vec<TaskId> {
        let mut ids = Vec::new();
        for task in tasks {
            ids.extend(self.store.queue().create(request_for(task), at(0)).await.unwrap().tasks);
        }
        ids
    }

    /// Binds an account to a device, and creates it if there is none.
    async fn bind(&self, username: Username, app: AppId, device: &str, seconds: i64) {
        let details = AccountChange { serial: Patch::Set(serial(device)), ..AccountChange::default() };
        let account = AccountUpsert { username, app, details };
        self.store.accounts().import(vec![account], at(seconds)).await.unwrap();
    }
}

fn open(database: &TestDatabase) -> Store {
    Store::open_url(&database.url()).unwrap().with_first_app(AppId::new("tiktok").unwrap())
}

/// `seconds` after the moment at which every test begins.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_780_000_000_000).unwrap() + TimeDelta::seconds(seconds)
}

fn serial(name: &str) -> Serial {
    Serial::new(name).unwrap()
}

/// A lease of the one server that claims in most tests.
fn lease(name: &str) -> LeaseId {
    LeaseId(format!("{}-{name}", ServerId::new(1).as_str()))
}

/// Claims as a server without a limit does.
async fn claim_task(store: &Store, serial: Serial, lease: LeaseId, now: DateTime<Utc>) -> Option<Task> {
    match store.queue().claim(u32::MAX, serial, lease, now).await.unwrap() {
        Claim::Claimed(task) => Some(*task),
        Claim::NothingDue => None,
        refused @ (Claim::LimitReached(_) | Claim::DeviceBusyElsewhere) => panic!("{refused:?}"),
    }
}

/// The request that creates `task` alone.
fn request_for(task: NewTask) -> TaskRequest {
    let recipients = match (task.serial, task.username) {
        (Some(serial), None) => Recipients::Devices(vec![serial]),
        (None, Some(username)) => Recipients::Accounts(vec![username]),
        neither => panic!("{neither:?} is no recipient of a request"),
    };
    TaskRequest {
        recipients,
        groups: Vec::new(),
        script: task.script,
        targets: vec![Target::new(task.app, task.script_config)],
        distribute: None,
        source: task.source,
        start_time: task.start_time,
        interval: Interval::default(),
        seed: 7,
        options: task.options,
    }
}

fn finish(outcome: Outcome, remark: &str, seconds: i64) -> Finish {
    Finish { outcome, failure_code: code_of(outcome), remark: remark.to_owned(), at: at(seconds) }
}

/// The failure code of the attempts that end so in these tests.
fn code_of(outcome: Outcome) -> Option<FailureCode> {
    match outcome {
        Outcome::Succeeded => None,
        Outcome::Failed => Some(FailureCode::Script(ScriptFailure::of_word("broken"))),
        Outcome::Stopped => Some(StandardFailure::Stopped.into()),
        Outcome::Cancelled => Some(StandardFailure::Cancelled.into()),
        Outcome::TimedOut => Some(StandardFailure::TimedOut.into()),
        Outcome::Interrupted => Some(StandardFailure::Interrupted.into()),
    }
}

fn for_phone(name: &str) -> NewTask {
    NewTask {
        serial: Some(serial(name)),
        username: None,
        app: None,
        script: ScriptName::new("post").unwrap(),
        script_config: "{}".into(),
        source: Source::Api,
        start_time: None,
        options: TaskOptions::default(),
        requirements: [].into(),
    }
}
