//! One suite over the public face of the store; every database has to pass it.

#![cfg(test)]

mod accounts;
mod cluster;
mod database;
mod devices;
mod events;
mod installation;
mod materials;
mod settings;
mod tasks;
mod tokens;

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::{Finish, LeaseId, NewTask, Outcome, ScriptName, Serial, Source, TaskId, TaskOptions};
use tikmatrix_storage::Store;

use crate::database::place::Place;

/// A store of its own for each test, removed at the end of it.
struct Fixture {
    store: Store,
    place: Place,
}

impl Fixture {
    fn new() -> Self {
        let place = Place::new();
        Self { store: Store::open_url(&place.url()).unwrap(), place }
    }

    /// What a restart of the server does to the store.
    fn reopen(self) -> Self {
        drop(self.store);
        Self { store: Store::open_url(&self.place.url()).unwrap(), place: self.place }
    }

    async fn create(&self, tasks: Vec<NewTask>) -> Vec<TaskId> {
        self.store.create_tasks(tasks, at(0)).await.unwrap()
    }
}

/// `seconds` after the moment at which every test begins.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_780_000_000_000).unwrap() + TimeDelta::seconds(seconds)
}

fn serial(name: &str) -> Serial {
    Serial::new(name).unwrap()
}

fn lease(name: &str) -> LeaseId {
    LeaseId(name.to_owned())
}

fn finish(outcome: Outcome, remark: &str, seconds: i64) -> Finish {
    Finish { outcome, remark: remark.to_owned(), at: at(seconds) }
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
    }
}
