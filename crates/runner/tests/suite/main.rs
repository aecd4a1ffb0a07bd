//! The runner over its public face: real storage, a real connection to a minimal adbd, and a script that the test directs.

#![cfg(test)]

mod adbd;
mod control;
mod failures;
mod journal;
mod order;
mod retries;
mod shutdown;
mod slots;
mod stage;
mod start_time;
mod wake_ups;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;
use tikmatrix_device::phone::Phone;
use tikmatrix_device::registry::{PhoneEntry, PhoneState};
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::{
    Clock, Interval, NewTask, Outcome, Recipients, ScriptName, Serial, Source, SystemClock, Target, Task,
    TaskDetail, TaskId, TaskOptions, TaskRequest, TaskState,
};
use tikmatrix_runner::{Runner, RunnerOptions};
use tikmatrix_storage::Store;
use tokio::sync::watch;

use crate::adbd::Adbd;
use crate::stage::{Obedient, Stage};

/// The environment of one test.
struct Fixture {
    store: Store,
    stage: Stage,
    clock: Arc<dyn Clock>,
    entries: watch::Sender<Vec<PhoneEntry>>,
    folder: TempDir,
    task_limit: Duration,
    max_running: watch::Sender<u32>,
}

impl Fixture {
    fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path().join("tasks.db")).unwrap();
        let entries = watch::Sender::new(Vec::new());
        Self {
            store,
            stage: Stage::new(),
            clock,
            entries,
            folder,
            task_limit: Duration::from_secs(600),
            max_running: watch::Sender::new(100),
        }
    }

    async fn runner(&self) -> Runner {
        let options = RunnerOptions {
            store: self.store.clone(),
            scripts: ScriptRegistry::default().with(Obedient(self.stage.clone())),
            phones: self.entries.subscribe(),
            clock: Arc::clone(&self.clock),
            artifacts: self.folder.path().join("artifacts"),
            materials: self.folder.path().join("materials"),
            task_limit: self.task_limit,
            max_running: self.max_running.subscribe(),
        };
        Runner::start(options).await.unwrap()
    }

    /// Makes exactly these phones ready.
    fn ready(&self, phones: &[&Phone]) {
        self.entries.send_replace(phones.iter().map(|phone| entry(phone)).collect());
    }

    async fn create(&self, tasks: Vec<NewTask>) -> Vec<TaskId> {
        create_tasks(&self.store, tasks, self.clock.now()).await
    }

    async fn task(&self, id: TaskId) -> TaskDetail {
        self.store.tasks().find(id).await.unwrap().unwrap()
    }

    /// Waits until every task that was due on the device before now is finished and stored: a device runs its tasks one
    /// after the other.
    async fn settled(&self, runner: &Runner, serial: &str) {
        let last = format!("settled {serial}");
        self.create(vec![task(serial, &json!({ "act": "tell", "word": last }))]).await;
        runner.wake();
        self.stage.heard(&last).await;
    }
}

/// Creates each of `tasks` by a request of its own.
async fn create_tasks(store: &Store, tasks: Vec<NewTask>, now: DateTime<Utc>) -> Vec<TaskId> {
    let mut ids = Vec::new();
    for task in tasks {
        let recipients = match (task.serial, task.username) {
            (Some(serial), None) => Recipients::Devices(vec![serial]),
            (None, Some(username)) => Recipients::Accounts(vec![username]),
            neither => panic!("{neither:?} is no recipient of a request"),
        };
        let request = TaskRequest {
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
        };
        ids.extend(store.queue().create(request, now).await.unwrap().tasks);
    }
    ids
}

/// A connected phone and the adbd behind it.
async fn phone(serial: &str) -> (Phone, Adbd) {
    let adbd = Adbd::start(serial).await;
    (adbd.connect().await, adbd)
}

fn entry(phone: &Phone) -> PhoneEntry {
    PhoneEntry {
        serial: Some(phone.serial().clone()),
        state: PhoneState::Ready,
        phone: Some(phone.clone()),
        endpoints: Vec::new(),
    }
}

fn task(serial: &str, config: &Value) -> NewTask {
    NewTask {
        serial: Some(Serial::new(serial).unwrap()),
        username: None,
        app: None,
        script: ScriptName::new("obey").unwrap(),
        script_config: config.to_string().into(),
        source: Source::Api,
        start_time: None,
        options: TaskOptions::default(),
        requirements: [].into(),
    }
}

fn tell(serial: &str, word: &str) -> NewTask {
    task(serial, &json!({ "act": "tell", "word": word }))
}

fn scheduled(new: NewTask, start: DateTime<Utc>) -> NewTask {
    NewTask { start_time: Some(start), ..new }
}

/// The outcome and the remark of a task, whose failure code fits to its outcome.
fn end_of(task: &Task) -> (Outcome, String) {
    let TaskState::Finished { finish, .. } = &task.state else { panic!("not finished: {task:?}") };
    let code = finish.failure_code.map(|code| code.to_string());
    match finish.outcome {
        Outcome::Succeeded => assert_eq!(code, None),
        Outcome::Failed => assert!(code.is_some(), "{finish:?}"),
        ended => assert_eq!(code.as_deref(), Some(ended.as_str())),
    }
    (finish.outcome, finish.remark.clone())
}
