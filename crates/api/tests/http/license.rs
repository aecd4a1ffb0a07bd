//! What the API says of the licence, and what it refuses without one.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use tikmatrix_api::{Server, ServerConfig};
use tikmatrix_domain::{Clock, Plan};
use tikmatrix_licensing::{License, PrivateKey, sign};

use crate::support::Api;
use crate::support::clock::SetClock;

const CHECK: &str = "/api/v1/license/check";

async fn api_with(clock: &SetClock) -> Api {
    let clock = Arc::new(clock.clone());
    Api::start_with(|config| config.clock = clock).await
}

fn license(plan: Plan, clock: &SetClock, days: i64) -> License {
    let issued = clock.now();
    let expires = issued + TimeDelta::days(days);
    License { plan, device_limit: 7, holder: "Example".to_owned(), machine: None, issued, expires }
}

/// A server with this licence.
async fn licensed(license: &License, clock: &SetClock) -> (Api, tempfile::TempDir) {
    let key = PrivateKey::from_seed(&[1; 32]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("license");
    std::fs::write(&file, sign(license, &key).unwrap()).unwrap();
    let clock = Arc::new(clock.clone());
    let api = Api::start_with(|config| {
        config.clock = clock;
        config.license = Some(file);
        config.license_key = Some(key.public());
    })
    .await;
    (api, folder)
}

#[tokio::test]
async fn a_new_data_directory_has_the_trial_of_pro_and_the_api() {
    let clock = SetClock::new();
    let api = api_with(&clock).await;
    let answer = api.get(CHECK).await;
    assert_eq!((answer.status, answer.code()), (200, 0));
    let data = &answer.body["data"];
    assert_eq!(
        (&data["plan_name"], &data["api_enabled"], &data["device_limit"], &data["trial"]),
        (&json!("Pro"), &json!(true), &json!(20), &json!(true)),
        "{data:#}"
    );
    let expires = DateTime::parse_from_rfc3339(data["expires_at"].as_str().unwrap()).unwrap();
    assert_eq!(expires, clock.now() + TimeDelta::days(30));
    assert!(data["message"].as_str().unwrap().contains("trial"), "{data:#}");
    assert_eq!(api.get("/api/v1/task").await.status, 200);
    api.stop().await;
}

#[tokio::test]
async fn after_the_trial_everything_of_the_api_answers_40301_with_the_same_data() {
    let clock = SetClock::new();
    let api = api_with(&clock).await;
    clock.go_on(TimeDelta::days(30));
    let checked = api.get(CHECK).await;
    let wanted = json!({"plan_name": "Starter", "api_enabled": false, "device_limit": 5, "expires_at": null, "trial": false});
    let mut data = checked.body["data"].clone();
    data.as_object_mut().unwrap().remove("message");
    assert_eq!((checked.status, checked.code(), data), (403, 40301, wanted));
    assert!(checked.message().contains("the trial ended on 2027-02-14"), "{checked:?}");

    for (method, path) in [
        ("GET", "/api/v1/task"),
        ("POST", "/api/v1/task"),
        ("GET", "/api/v1/task/1"),
        ("GET", "/api/v1/task/stats"),
        ("DELETE", "/api/v1/task/stats"),
        ("GET", "/api/v1/nothing/here"),
        ("GET", "/api/v1/"),
        ("GET", "/api/v1"),
        // The router reads these as the first.
        ("GET", "/%61pi/v1/task"),
        ("GET", "/api/%761/t%61sk"),
    ] {
        let answer = api.send(method, path, &[], Vec::new()).await;
        assert_eq!((answer.status, answer.code()), (403, 40301), "{method} {path}");
        assert_eq!(answer.body["data"], checked.body["data"], "{method} {path}");
    }
    assert_eq!(api.get("/healthz").await.status, 200);
    assert_eq!(api.get("/nothing").await.code(), 40401);
    api.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_closes_the_api_until_it_is_right_again() {
    let clock = SetClock::new();
    let api = api_with(&clock).await;
    clock.go_on(TimeDelta::days(2));
    assert_eq!(api.get(CHECK).await.status, 200);
    clock.go_on(TimeDelta::days(-1));
    let answer = api.get("/api/v1/task").await;
    assert_eq!((answer.status, answer.code()), (403, 40301));
    assert!(answer.message().contains("the server already ran on"), "{answer:?}");
    clock.go_on(TimeDelta::days(1));
    assert_eq!(api.get("/api/v1/task").await.status, 200);
    api.stop().await;
}

#[tokio::test]
async fn a_clock_that_was_set_back_while_the_server_was_off_is_noticed() {
    let (clock, directory) = (SetClock::new(), tempfile::tempdir().unwrap());
    let start = || Api::start_in(directory.path(), |config| config.clock = Arc::new(clock.clone()));
    let api = start().await;
    clock.go_on(TimeDelta::days(20));
    api.get(CHECK).await;
    api.stop().await;
    clock.go_on(TimeDelta::days(-15));
    let api = start().await;
    assert!(api.get(CHECK).await.message().contains("the server already ran on"));
    api.stop().await;
}

#[tokio::test]
async fn a_license_issued_since_a_clock_that_was_ahead_is_right_restores_the_plan_for_good() {
    let (clock, directory) = (SetClock::new(), tempfile::tempdir().unwrap());
    let key = PrivateKey::from_seed(&[1; 32]);
    let start = || {
        Api::start_in(directory.path(), |config| {
            config.clock = Arc::new(clock.clone());
            config.license_key = Some(key.public());
        })
    };
    let install = |license: &License| {
        std::fs::write(directory.path().join("license.json"), sign(license, &key).unwrap()).unwrap();
    };
    install(&license(Plan::Team, &clock, 300));
    let api = start().await;
    clock.go_on(TimeDelta::days(20));
    assert_eq!(api.get(CHECK).await.status, 200);
    api.stop().await;
    clock.go_on(TimeDelta::days(-15));
    let api = start().await;
    let told = api.get(CHECK).await;
    assert_eq!(told.status, 403);
    for part in
        ["already ran on 2027-02-04 08:00 UTC", "ends on 2027-02-04 07:50 UTC", "a licence issued after"]
    {
        assert!(told.message().contains(part), "{part:?} is not in {told:?}");
    }
    api.stop().await;
    clock.go_on(TimeDelta::hours(1));
    let api = start().await;
    assert_eq!(api.get(CHECK).await.status, 403, "a restart changes nothing");
    api.stop().await;
    install(&license(Plan::Business, &clock, 300));
    for _ in 0..2 {
        let api = start().await;
        assert_eq!(api.get(CHECK).await.body["data"]["plan_name"], "Business");
        api.stop().await;
    }
}

#[tokio::test]
async fn a_license_gives_its_plan_until_it_expires() {
    let clock = SetClock::new();
    let (api, _folder) = licensed(&license(Plan::Team, &clock, 10), &clock).await;
    let answer = api.get(CHECK).await;
    let data = &answer.body["data"];
    assert_eq!((&data["plan_name"], &data["device_limit"]), (&json!("Team"), &json!(7)), "{data:#}");
    clock.go_on(TimeDelta::days(10));
    let answer = api.get("/api/v1/task/stats").await;
    assert_eq!((answer.status, answer.code()), (403, 40301));
    assert!(answer.message().contains("the licence expired on 2027-01-25 08:00 UTC"), "{answer:?}");
    api.stop().await;
}

#[tokio::test]
async fn a_license_for_starter_has_no_api() {
    let clock = SetClock::new();
    let (api, _folder) = licensed(&license(Plan::Starter, &clock, 10), &clock).await;
    let answer = api.get(CHECK).await;
    assert_eq!((answer.status, answer.code()), (403, 40301));
    assert_eq!(answer.body["data"]["plan_name"], "Starter");
    assert_ne!(answer.body["data"]["expires_at"], Value::Null);
    api.stop().await;
}

#[tokio::test]
async fn a_license_file_that_is_named_and_missing_keeps_the_server_from_starting() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let config =
        ServerConfig { port: 0, license: Some(missing.clone()), ..ServerConfig::new(directory.path()) };
    let started = Server::start(config).await;
    let error = started.err().unwrap().to_string();
    assert!(error.contains("cannot read the licence") && error.contains("missing"), "{error}");
}
