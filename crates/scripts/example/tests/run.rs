//! The script `example` on a virtual phone, and the problems of its configuration.

#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_device::script::{
    Assignment, Entry, Execution, Journal, Limits, NoMaterials, RegisteredScript, RunOutcome, execute,
};
use tikmatrix_domain::Settings;
use tikmatrix_example::Example;
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio_util::sync::CancellationToken;

/// A journal that keeps nothing.
struct NoJournal;

impl Journal for NoJournal {
    fn record(&self, _entry: Entry) {}
}

async fn run(config: Value) -> RunOutcome {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let address = farm.phones()[0].address().to_string();
    let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(10))).await.unwrap();
    let app = Settings::default().default_app;
    execute(Execution {
        script: Arc::new(RegisteredScript::new(Example)),
        phone,
        assignment: Assignment { task: None, username: None, app, package: None, config, seed: 1 },
        journal: Arc::new(NoJournal),
        materials: Arc::new(NoMaterials),
        limits: Limits { total: Duration::from_secs(60) },
        cancel: CancellationToken::new(),
    })
    .await
}

#[tokio::test]
async fn the_remark_is_the_greeting_and_the_model() {
    let outcome = run(json!({"greeting": "this is"})).await;
    let RunOutcome::Completed(completion) = outcome else { panic!("{outcome:?}") };
    assert!(completion.remark.starts_with("this is ") && completion.remark.len() > "this is ".len());
}

#[test]
fn an_unknown_field_and_a_long_greeting_are_reported_together() {
    let config = json!({"greeting": "a".repeat(101), "greting": ""});
    let problems = RegisteredScript::new(Example).plan(&config).unwrap_err();
    let fields: Vec<String> = problems.iter().map(|problem| problem.field.clone()).collect();
    assert_eq!(fields, ["greting", "greeting"]);
}
