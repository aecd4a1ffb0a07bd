//! What a task leaves when it has run: its failure code, its result and its files, on a virtual phone.

use serde_json::{Map, Value, json};
use tikmatrix_device::script::{
    ArtifactKind, Completion, Context, Failure, Script, ScriptRegistry, async_trait,
};
use tikmatrix_domain::StandardFailure;
use tikmatrix_virtual_phone::{Farm, FarmOptions};

use crate::support::Api;

/// Fails as `fail` says; else returns `result` and attaches a file.
struct Act;

#[async_trait]
impl Script for Act {
    type Config = Map<String, Value>;

    fn name(&self) -> &'static str {
        "act"
    }

    fn description(&self) -> &'static str {
        "Ends as it is told."
    }

    async fn run(&self, context: &mut Context, config: Self::Config) -> Result<Completion, Failure> {
        if let Some(version) = config.get("version").and_then(Value::as_str) {
            context.app_version(version);
        }
        match config.get("fail").and_then(Value::as_str) {
            Some("checkpoint") => Err(Failure::new(StandardFailure::Checkpoint, "it asks for a captcha")),
            Some(word) => Err(Failure::of_script(word, "it is out of order")),
            None => {
                context.attach(ArtifactKind::UiTree, b"<hierarchy/>".to_vec());
                Ok(Completion::new("done").with_result(config.get("result").cloned().unwrap_or_default()))
            }
        }
    }
}

/// A server with that script and one phone.
async fn started() -> (Api, Farm) {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let address = farm.phones()[0].address().to_string();
    let api = Api::start_with(|config| {
        config.phones.push(address);
        config.scripts = ScriptRegistry::default().with(Act);
    })
    .await;
    (api, farm)
}

/// Runs a task with this configuration, and returns it when it has ended.
async fn ended(api: &Api, config: Value) -> Value {
    let body = json!({"serials": ["virtual-1"], "script_name": "act", "script_config": config});
    let id = api.post(&body).await.body["data"]["task_ids"][0].clone();
    loop {
        let task = api.get(&format!("/api/v1/task/{id}")).await.body["data"].clone();
        if !task["finished_at"].is_null() {
            return task;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_task_has_its_code_in_lists_attempts_events_and_metrics() {
    let (api, farm) = started().await;
    for (fail, code) in [("checkpoint", "checkpoint"), ("no_model", "script:no_model")] {
        let task = ended(&api, json!({"fail": fail})).await;
        assert_eq!((&task["failure_code"], &task["result"]), (&json!(code), &Value::Null), "{task}");
        assert_eq!(task["attempts"][0]["failure_code"], code);
        let listed = api.get(&format!("/api/v1/task?failure_code={code}&app=tiktok")).await;
        assert_eq!(
            (&listed.body["data"]["total"], &listed.body["data"]["tasks"][0]["id"]),
            (&json!(1), &task["id"])
        );
        assert_eq!(listed.body["data"]["tasks"][0]["failure_code"], code);
        let others = api.get(&format!("/api/v1/task?failure_code={code}&app=instagram")).await;
        assert_eq!(others.body["data"]["total"], 0);
        let (_, metrics) = api.text("/metrics").await;
        let line = format!("tikmatrix_attempts_failed_total{{code=\"{code}\"}} 1");
        assert!(metrics.lines().any(|found| found == line), "{line} is missing in {metrics}");
    }
    assert_eq!(ended(&api, json!({})).await["failure_code"], Value::Null);
    api.stop().await;
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_succeeds_has_the_result_and_the_files_of_its_script() {
    let (api, farm) = started().await;
    let result = json!({"post_url": null, "label": "Café", "counts": [1, 2.5]});
    let task = ended(&api, json!({"result": result})).await;
    assert_eq!((&task["status_text"], &task["result"]), (&json!("completed"), &result));
    let name = task["artifacts"][0]["name"].as_str().unwrap();
    let (_, file) = api.text(&format!("/api/v1/task/{}/artifact/{name}", task["id"])).await;
    assert_eq!(file, "<hierarchy/>");
    api.stop().await;
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_of_the_app_is_shown_with_task_attempt_and_phone_once_it_is_known() {
    let (api, farm) = started().await;
    let unknown = ended(&api, json!({})).await;
    assert_eq!(
        (&unknown["app_version"], &unknown["attempts"][0]["app_version"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(api.get("/api/v1/device/virtual-1").await.body["data"]["app_versions"], json!({}));
    let long = format!("46.6.3\u{1b}[2J{}", "0".repeat(200));
    let task = ended(&api, json!({"version": long})).await;
    let shown = task["app_version"].as_str().unwrap();
    assert!(shown.starts_with("46.6.3 [2J000") && shown.chars().count() == 100, "{shown}");
    assert_eq!(task["attempts"][0]["app_version"], shown);
    let list = api.get("/api/v1/task").await.body["data"]["tasks"].clone();
    assert_eq!((&list[0]["app_version"], &list[1]["app_version"]), (&json!(shown), &Value::Null));
    let device = api.get("/api/v1/device/virtual-1").await.body["data"].clone();
    assert_eq!(device["app_versions"], json!({"tiktok": shown}));
    api.stop().await;
    farm.shutdown().await;
}
