//! A task queue without HTTP: a database, the connections to the phones, a runner, and a script of the program's own. The
//! phone is a virtual one, so that the example runs anywhere:
//!
//! ```sh
//! cargo run -p tikmatrix-runner --example queue_without_http
//! ```

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use tikmatrix_device::android::AndroidError;
use tikmatrix_device::registry::Registry;
use tikmatrix_device::script::{Completion, Context, Failure, Script, ScriptRegistry};
use tikmatrix_domain::{
    EventKind, Interval, Recipients, ScriptName, Serial, Source, SystemClock, Target, TaskOptions,
    TaskRequest,
};
use tikmatrix_runner::{Runner, RunnerOptions};
use tikmatrix_storage::{EventFilter, Store};
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio::sync::watch;

/// A script that greets from the phone's shell.
struct Greet;

#[async_trait]
impl Script for Greet {
    type Config = Map<String, Value>;

    fn name(&self) -> &'static str {
        "greet"
    }

    fn description(&self) -> &'static str {
        "Greets from the phone's shell."
    }

    async fn run(&self, context: &mut Context, _config: Self::Config) -> Result<Completion, Failure> {
        context.step("greet");
        let output = context.phone().shell("echo hello", context.soon()).await.map_err(AndroidError::from)?;
        Ok(Completion::new(output.stdout_text().trim()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
    let phone = &farm.phones()[0];
    let registry = Registry::start(vec![phone.address().to_string()]);

    let folder = tempfile::tempdir()?;
    let runner = Runner::start(RunnerOptions {
        store: Store::open(folder.path().join("tasks.db"))?,
        scripts: ScriptRegistry::default().with(Greet),
        phones: registry.watch(),
        clock: Arc::new(SystemClock),
        artifacts: folder.path().join("artifacts"),
        materials: folder.path().join("materials"),
        task_limit: Duration::from_secs(60),
        max_running: watch::Sender::new(10).subscribe(),
    })
    .await?;

    let tasks = runner.tasks();
    let mut events = tasks.subscribe(EventFilter::default()).await?;
    let created = tasks
        .create(TaskRequest {
            recipients: Recipients::Devices(vec![Serial::new(phone.serial())?]),
            groups: Vec::new(),
            script: ScriptName::new("greet")?,
            targets: vec![Target::new(None, "{}")],
            distribute: None,
            source: Source::Api,
            start_time: None,
            interval: Interval::default(),
            seed: 0,
            options: TaskOptions::default(),
        })
        .await?;
    let task = tasks.wait(created.tasks[0]).await?;
    println!("task {}: {:?}", task.id, task.state);

    loop {
        let event = events.next().await?;
        println!("event {}: {}", event.id.0, event.subject.kind());
        if event.subject.kind() == EventKind::TaskFinished {
            break;
        }
    }

    runner.shutdown().await;
    registry.shutdown().await;
    farm.shutdown().await;
    Ok(())
}

#[test]
fn the_example_runs_to_its_end() -> Result<(), Box<dyn Error>> {
    main()
}
