//! What a request for tasks plans: moments, groups, distribution and previews; what is refused because no run could do it; and
//! the warnings about names that are not known. The scripts are those of the program.

use serde_json::{Value, json};
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_follow::Follow;
use tikmatrix_post::Post;
use tikmatrix_script_testing::apps;

use crate::support::{Answer, Api};

async fn start() -> Api {
    let scripts = ScriptRegistry::default().with(Post::new(apps())).with(Follow::new(apps()));
    Api::start_with(|config| config.scripts = scripts).await
}

/// A request for posts on `p1`, with other fields.
fn post(more: &Value) -> Value {
    let mut body = json!({"serials": ["p1"], "script_name": "post", "script_config": {}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn ask(api: &Api, query: &str, body: &Value) -> Answer {
    api.json("POST", &format!("/api/v1/task{query}"), body).await
}

async fn total(api: &Api) -> Value {
    api.get("/api/v1/task/stats").await.body["data"]["total"].clone()
}

fn warnings(answer: &Answer) -> Vec<&str> {
    let warnings = answer.body["data"]["warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
    warnings.iter().map(|warning| warning.as_str().unwrap()).collect()
}

/// The serials of the tasks that an answer lists.
fn serials(answer: &Answer) -> Vec<&str> {
    let tasks = answer.body["data"]["tasks"].as_array().unwrap_or_else(|| panic!("{answer:?}"));
    tasks.iter().map(|task| task["serial"].as_str().unwrap()).collect()
}

/// Puts phones into a group, which is created.
async fn group(api: &Api, name: &str, phones: &[&str]) -> Value {
    let group = api.json("POST", "/api/v1/group", &json!({"name": name})).await;
    for phone in phones {
        // A task registers the phone.
        assert_eq!(api.post(&post(&json!({"serials": [phone]}))).await.code(), 0);
        let path = format!("/api/v1/device/{phone}");
        assert_eq!(api.json("PATCH", &path, &json!({"group": name})).await.code(), 0);
    }
    group.body["data"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_time_may_be_a_moment_and_a_past_one_is_due_at_once_with_a_warning() {
    let api = start().await;
    let answer = ask(&api, "?return=tasks", &post(&json!({"start_time": "2099-12-24T14:30:00+01:00"}))).await;
    assert_eq!(answer.code(), 0, "{answer:?}");
    let start = answer.body["data"]["tasks"][0]["start_time"].as_str().unwrap().to_owned();
    let start = chrono::DateTime::parse_from_rfc3339(&start).unwrap().to_utc();
    assert_eq!(start.to_rfc3339(), "2099-12-24T13:30:00+00:00");
    let past = post(&json!({"start_time": "2020-01-01T00:00:00Z", "timezone": "UTC"}));
    let answer = ask(&api, "?return=tasks", &past).await;
    assert_eq!(answer.body["data"]["tasks"][0]["start_time"], Value::Null);
    let told = warnings(&answer);
    assert!(told.iter().any(|it| it.starts_with("timezone: says nothing without a start_time as HH:MM")));
    assert!(
        told.contains(&"start_time: 2020-01-01T00:00:00Z is past: the tasks are due at once"),
        "{told:?}"
    );
    for wrong in ["2026-12-24T14:30:00", "2026-02-30T14:30:00Z", "24:00"] {
        let refused = api.post(&post(&json!({"start_time": wrong}))).await;
        assert_eq!(refused.fields(), ["start_time"], "{wrong}");
        assert!(refused.message().contains("is not a time as HH:MM"), "{refused:?}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_targets_beside_or_instead_of_serials() {
    let api = start().await;
    let left = group(&api, "left", &["a", "b"]).await;
    group(&api, "empty", &[]).await;
    let both = json!({"serials": ["c", "b"], "groups": ["left", " left "], "script_name": "post", "script_config": {}});
    assert_eq!(serials(&ask(&api, "?return=tasks", &both).await), ["c", "b", "a"]);
    let alone = json!({"groups": ["left", "empty"], "script_name": "post", "script_config": {}});
    let answer = ask(&api, "?return=tasks", &alone).await;
    assert_eq!(serials(&answer), ["a", "b"]);
    assert_eq!(warnings(&answer), ["groups: no phone belongs to the group \"empty\""]);
    let before = total(&api).await;
    let wrong = post(&json!({"groups": ["left", "lefft", "rack"]}));
    let refused = api.post(&wrong).await;
    assert_eq!((refused.code(), refused.fields()), (40001, vec!["groups[1]", "groups[2]"]));
    let reasons = refused.body["data"].to_string();
    assert!(reasons.contains("\\\"lefft\\\" is not a known group; did you mean left?"), "{reasons}");
    assert!(reasons.contains("\\\"rack\\\" is not a known group; known are empty, left"), "{reasons}");
    let empty = json!({"groups": ["empty"], "script_name": "post", "script_config": {}});
    let refused = api.post(&empty).await;
    assert_eq!((refused.code(), refused.fields()), (40001, vec!["groups"]), "{refused:?}");
    assert_eq!(total(&api).await, before);
    let accounts =
        json!({"usernames": ["mia"], "groups": ["left"], "script_name": "post", "script_config": {}});
    let answer = api.post(&accounts).await;
    assert!(warnings(&answer)[0].starts_with("groups: was ignored"), "{answer:?}");
    let first = api.post_once("one", &alone).await;
    assert_eq!(api.delete(&format!("/api/v1/group/{left}")).await.code(), 0);
    assert_eq!(api.post_once("one", &alone).await.body, first.body, "a repeated request needs no group");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_materials_are_spread_over_the_targets_in_turn() {
    let api = start().await;
    let phones = json!(["a", "b", "c"]);
    let five = post(&json!({"serials": phones, "distribute": {"count": 5}}));
    let answer = ask(&api, "?return=tasks", &five).await;
    assert_eq!(serials(&answer), ["a", "b", "c", "a", "b"]);
    assert_eq!(answer.body["data"]["created_count"], 5);
    let files = json!({"material_list": ["1.mp4", "2.mp4", "3.mp4"]});
    let listed = post(&json!({"serials": ["a", "b"], "distribute": {"count": 3}, "script_config": files}));
    let answer = ask(&api, "?return=tasks", &listed).await;
    let mut made = Vec::new();
    for id in answer.body["data"]["task_ids"].as_array().unwrap() {
        let task = api.task(id).await;
        made.push(format!("{} {}", task["serial"], task["script_config"]["material_list"][0]));
    }
    assert_eq!(made, [r#""a" "1.mp4""#, r#""b" "2.mp4""#, r#""a" "3.mp4""#]);
    for (body, field, reason) in [
        (
            post(&json!({"distribute": {"count": 4}, "script_config": files})),
            "script_config.material_list",
            "names 3 files, and distribute.count is 4",
        ),
        (post(&json!({"distribute": {"count": 0}})), "distribute.count", "0 is not a whole number from 1"),
        (post(&json!({"distribute": {"count": 10_001}})), "distribute.count", "10001 is not a whole number"),
        (post(&json!({"distribute": {}})), "distribute.count", "is required"),
        (post(&json!({"distribute": 5})), "distribute", "5 is not an object"),
        (
            json!({"serials": ["a"], "script_name": "follow", "script_config": {"target_user": "x"},
                "distribute": {"count": 5}}),
            "distribute",
            "the tasks of follow take no materials that could be distributed; possible with post",
        ),
    ] {
        let refused = api.post(&body).await;
        assert_eq!((refused.code(), refused.fields()), (40001, vec![field]), "{refused:?}");
        assert!(refused.message().contains(reason), "{refused:?}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_tasks_and_changes_nothing() {
    let api = start().await;
    let body = post(&json!({"serials": ["a", "b"], "usernames": null, "min_interval": 5, "max_interval": 5,
        "distribute": {"count": 3}}));
    let path = "/api/v1/task?dry_run=true";
    let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "one")];
    let answer = api.send("POST", path, &headers, body.to_string().into_bytes()).await;
    assert_eq!((answer.code(), serials(&answer)), (0, vec!["a", "b", "a"]), "{answer:?}");
    let data = &answer.body["data"];
    assert_eq!((&data["created_count"], &data["task_ids"]), (&json!(3), &json!([])));
    assert_eq!(data["tasks"][0], json!({"id": null, "serial": "a", "username": null, "start_time": null}));
    assert!(data["tasks"][2]["start_time"].is_string());
    assert_eq!(total(&api).await, 0);
    assert_eq!(api.get("/api/v1/device").await.body["data"]["total"], 0, "not even a phone is registered");
    let unbound = json!({"usernames": ["new"], "script_name": "post", "script_config": {}});
    assert_eq!(ask(&api, "?dry_run=true", &unbound).await.code(), 0);
    assert_eq!(api.get("/api/v1/account").await.body["data"]["total"], 0);
    let created = api.post_once("one", &body).await;
    assert_eq!(created.body["data"]["task_ids"].as_array().unwrap().len(), 3, "the key was not used");
    assert!(created.body["data"].get("tasks").is_none());
    let wrong = ask(&api, "?dry_run=true", &post(&json!({"groups": ["none"]}))).await;
    assert_eq!((wrong.code(), wrong.fields()), (40001, vec!["groups[0]"]));
    let wrong = ask(&api, "?return=all&dry_run=perhaps", &post(&json!({}))).await;
    assert_eq!(wrong.fields(), ["return", "dry_run"]);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_known_is_accepted_with_the_nearest_that_is_known() {
    let api = start().await;
    let account = json!({"username": "mia.travels", "serial": "p1", "app": "tiktok"});
    assert_eq!(api.json("POST", "/api/v1/account", &account).await.code(), 0);
    let answer = api.post(&post(&json!({"serials": ["R58M00ABC"]}))).await;
    let told = "serials: no phone \"R58M00ABC\" was ever connected, and its tasks wait until it is";
    assert_eq!((answer.code(), warnings(&answer)), (0, vec![told]), "{answer:?}");
    let named = json!({"name": "rack1"});
    assert_eq!(api.json("PATCH", "/api/v1/device/R58M00ABC", &named).await.code(), 0);
    let answer = api.post(&post(&json!({"serials": ["Rack-1"]}))).await;
    assert!(warnings(&answer)[0].ends_with("; did you mean rack1?"), "{answer:?}");
    let misspelt = json!({"usernames": ["mia.travel"], "script_name": "post", "script_config": {}});
    let answer = api.post(&misspelt).await;
    let told = "usernames: no account is called mia.travel, and its tasks wait until it is bound to a phone; did you \
         mean mia.travels?";
    assert_eq!((answer.code(), warnings(&answer)), (0, vec![told]), "{answer:?}");
    let many: Vec<String> = (0..25).map(|number| format!("unknown-{number}")).collect();
    let answer = api.post(&post(&json!({"serials": many}))).await;
    let told = warnings(&answer);
    assert_eq!((told.len(), told[10]), (11, "serials: of 15 more serials no phone was ever connected"));
    let shown = api.get("/api/v1/device/R58M00ABC").await.body["data"].clone();
    assert_eq!((&shown["never_seen"], &shown["state"]), (&json!(true), &json!("absent")));
    assert_eq!(shown["reason"], "no phone of this serial was ever connected");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_run_is_refused_with_what_is_possible() {
    let api = start().await;
    for (username, app) in [("mia", "instagram"), ("zoe", "tiktok")] {
        let account = json!({"username": username, "app": app, "serial": "p1"});
        assert_eq!(api.json("POST", "/api/v1/account", &account).await.code(), 0);
    }
    let of = |username: &str| json!({"usernames": [username], "script_name": "post", "script_config": {}});
    let follow = |config: Value| json!({"serials": ["p1"], "script_name": "follow", "script_config": config});
    let publishing = "script_config.app: publishing is not possible on instagram; use the app tiktok";
    for (body, message) in [
        (
            post(&json!({"script_config": {"placement": "story"}})),
            "script_config.placement: \"story\" (a story) is not possible on any app; use reel".to_owned(),
        ),
        (
            post(&json!({"script_config": {"placement": "story", "app": "tiktok"}})),
            "script_config.placement: \"story\" (a story) is not possible on tiktok; use reel".to_owned(),
        ),
        (post(&json!({"script_config": {"app": "instagram"}})), publishing.to_owned()),
        (of("mia"), format!("{publishing} (instagram is the app of the account @mia)")),
        (
            post(&json!({"enable_multi_account": true})),
            format!("{publishing} (instagram is the app of the account @mia)"),
        ),
    ] {
        let refused = api.post(&body).await;
        assert_eq!((refused.code(), refused.message()), (40001, &*message));
        let preview = ask(&api, "?dry_run=true", &body).await;
        assert_eq!(preview.message(), message, "a preview is refused as well");
    }
    assert_eq!(total(&api).await, 0);
    let nothing = json!({"placement": "reel", "add_product_link": 0, "content_type": 0, "add_sound": "-1"});
    for body in [
        post(&json!({"script_config": nothing})),
        post(&json!({"enable_multi_account": true, "script_config": {"app": "tiktok"}})),
        of("zoe"),
        follow(json!({"target_user": "a", "access_method": "direct"})),
        follow(json!({"target_user": "a", "access_method": "search"})),
    ] {
        assert_eq!(api.post(&body).await.code(), 0, "{body}");
    }
    let settings = json!({"default_app": "instagram"});
    assert_eq!(api.json("PATCH", "/api/v1/setting", &settings).await.code(), 0);
    let refused = api.post(&post(&json!({}))).await;
    let default = format!("{publishing} (instagram is the server's default app)");
    assert_eq!((refused.code(), refused.message()), (40001, &*default));
    api.stop().await;
}
