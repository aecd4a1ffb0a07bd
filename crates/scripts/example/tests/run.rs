//! The script `example` on a virtual phone, and the problems of its configuration.

#![cfg(test)]

use serde_json::json;
use tikmatrix_device::script::RegisteredScript;
use tikmatrix_example::Example;
use tikmatrix_script_testing::{Run, Stage};

#[tokio::test]
async fn the_remark_is_the_greeting_and_the_model() {
    let stage = Stage::start(1).await;
    let finished = stage.run(Run::new(Example, json!({"greeting": "this is"}))).await;
    let model = stage.shell("getprop ro.product.model").await;
    assert!(!model.is_empty());
    finished.assert_completed_with(&format!("this is {model}"));
    stage.assert_clean().await;
}

#[test]
fn an_unknown_field_and_a_long_greeting_are_reported_together() {
    let config = json!({"greeting": "a".repeat(101), "greting": ""});
    let problems = RegisteredScript::new(Example).plan(&config).unwrap_err();
    let fields: Vec<String> = problems.iter().map(|problem| problem.field.clone()).collect();
    assert_eq!(fields, ["greting", "greeting"]);
}
