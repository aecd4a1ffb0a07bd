//! Requests of programs without HTTP: groups, distribution, previews, and what no app can do.

#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tempfile::TempDir;
use tikmatrix_device::script::{
    AppOption, Completion, Context, Failure, Problem, Script, ScriptRegistry, async_trait,
};
use tikmatrix_domain::{
    DeviceChange, Interval, Recipients, ScriptName, Serial, Source, SystemClock, Target, TaskOptions,
    TaskRequest,
};
use tikmatrix_runner::{CreateError, Runner, RunnerOptions, UnknownRecipient};
use tikmatrix_storage::{StorageError, Store};
use tokio::sync::watch;

/// A script whose tasks take materials, named by `files`, if that is what it is for.
struct Take {
    takes: bool,
}

#[async_trait]
impl Script for Take {
    type Config = Map<String, Value>;

    fn name(&self) -> &'static str {
        if self.takes { "take" } else { "look" }
    }

    fn description(&self) -> &'static str {
        "Takes a material."
    }

    fn takes_materials(&self) -> bool {
        self.takes
    }

    fn distribute(
        &self,
        config: &Self::Config,
        given: Map<String, Value>,
        count: usize,
    ) -> Result<Vec<Map<String, Value>>, Problem> {
        match config.get("files").and_then(Value::as_u64) {
            Some(files) if files < count as u64 => Err(Problem::new("files", "too few")),
            _ => Ok(vec![given]),
        }
    }

    fn app_options(&self) -> Vec<AppOption<Self::Config>> {
        let is_asked = |config: &Self::Config| config.contains_key("magic");
        let option = AppOption {
            field: "magic",
            values: "`true`",
            what: "magic",
            is_asked,
            apps: Vec::new(),
            instead: Some("work"),
        };
        vec![option]
    }

    async fn run(&self, _: &mut Context, _: Self::Config) -> Result<Completion, Failure> {
        Ok(Completion::new(""))
    }
}

async fn start(folder: &TempDir) -> (Runner, Store) {
    let store = Store::open(folder.path().join("tasks.db")).unwrap();
    let runner = Runner::start(RunnerOptions {
        store: store.clone(),
        scripts: ScriptRegistry::default().with(Take { takes: true }).with(Take { takes: false }),
        phones: watch::Sender::new(Vec::new()).subscribe(),
        clock: Arc::new(SystemClock),
        artifacts: folder.path().join("artifacts"),
        materials: folder.path().join("materials"),
        task_limit: Duration::from_secs(60),
        max_running: watch::Sender::new(1).subscribe(),
    });
    (runner.await.unwrap(), store)
}

fn request(script: &str, phones: &[&str], config: &str) -> TaskRequest {
    TaskRequest {
        recipients: Recipients::Devices(phones.iter().map(|name| Serial::new(name).unwrap()).collect()),
        groups: Vec::new(),
        script: ScriptName::new(script).unwrap(),
        targets: vec![Target::new(None, config)],
        distribute: None,
        source: Source::Api,
        start_time: None,
        interval: Interval::default(),
        seed: 0,
        options: TaskOptions::default(),
    }
}

#[tokio::test]
async fn a_program_plans_as_a_client_of_the_api_does() {
    let folder = TempDir::new().unwrap();
    let (runner, store) = start(&folder).await;
    let tasks = runner.tasks();
    let now = chrono::Utc::now();
    let rack = Serial::new("rack-1").unwrap();
    store.groups().create("left".to_owned(), String::new(), now).await.unwrap();
    store.devices().register_seen(rack.clone(), now).await.unwrap();
    let change = DeviceChange { group: Some("left".to_owned()).into(), ..DeviceChange::default() };
    store.devices().change(rack, change, now).await.unwrap();
    let groups = vec!["left".to_owned()];
    let spread = TaskRequest { groups, distribute: Some(3), ..request("take", &["rack-l"], "{}") };
    let unknown = tasks.unknown_recipients(&spread).await.unwrap();
    let meant = UnknownRecipient { name: "rack-l".to_owned(), nearest: Some("rack-1".to_owned()) };
    assert_eq!(unknown.serials, [meant]);
    let preview = tasks.preview(spread.clone()).await.unwrap();
    let created = tasks.create(spread.clone()).await.unwrap();
    assert_eq!(created.fan_out, preview);
    let serials: Vec<String> =
        preview.tasks.iter().map(|task| task.serial.as_ref().unwrap().to_string()).collect();
    assert_eq!(serials, ["rack-l", "rack-1", "rack-l"]);
    for (request, message) in [
        (
            TaskRequest { script: ScriptName::new("look").unwrap(), ..spread.clone() },
            "the tasks of look take no materials that could be distributed",
        ),
        (
            TaskRequest { targets: vec![Target::new(None, r#"{"files":2}"#)], ..spread.clone() },
            "the configuration is not valid: files: too few",
        ),
        (
            request("look", &["a"], r#"{"magic":true}"#),
            "the configuration is not valid: magic: true (magic) is not possible on any app; use work",
        ),
        (
            TaskRequest { groups: vec!["lefft".to_owned()], ..spread },
            "there is no group of devices \"lefft\"",
        ),
    ] {
        assert_eq!(tasks.create(request).await.unwrap_err().to_string(), message);
    }
    let none = TaskRequest { groups: vec!["none".to_owned()], ..request("take", &[], "{}") };
    let refused = tasks.create(none).await.unwrap_err();
    assert!(matches!(refused, CreateError::Storage(StorageError::UnknownGroups { .. })), "{refused}");
    assert_eq!(store.tasks().stats().await.unwrap().total(), 3);
    runner.shutdown().await;
}
