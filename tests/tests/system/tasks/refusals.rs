//! Protects the sentence: bad input is a clear error in the answer, all of it at once, and nothing is made of it.

use serde_json::json;
use tempfile::tempdir;

use crate::harness::Server;

#[test]
fn bad_requests_are_answered_with_what_is_wrong_and_make_nothing() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let with = |config: &str| {
        format!(r#"{{"serials": ["virtual-1"], "script_name": "post", "script_config": {config}}}"#)
    };
    for (body, status, code, message) in [
        (
            r#"{"serials": ["virtual-1"], "script_config": {}}"#.to_owned(),
            400,
            40002,
            "script_name: is required",
        ),
        (
            r#"{"serials": ["virtual-1"], "script_name": "pots", "script_config": {}}"#.to_owned(),
            400,
            40003,
            "did you mean post?",
        ),
        (r#"{"serials": ["virtual-1"]"#.to_owned(), 400, 40001, "not valid JSON"),
        (
            with(r#"{"content_type": 7}"#),
            400,
            40001,
            "script_config.content_type: 7 is not one of 0 (video), 1 (images)",
        ),
        (with(r#"{"captions": 7, "material_list": ["x.mp4"]}"#), 400, 40001, "script_config.captions: "),
        (with(r#"{"caption": "x", "material_list": ["x.mp4"]}"#), 400, 40001, "captions"),
    ] {
        let answer = server.post_text("/api/v1/task", &body);
        assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{answer:?}");
        assert!(
            answer.body["message"].as_str().unwrap().contains(message),
            "{message:?} is not in {answer:?}"
        );
    }
    assert_eq!(server.get("/api/v1/task/stats").body["data"]["total"], 0);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let answer = server.post(
        "/api/v1/task",
        &json!({
            "serials": "virtual-1",
            "script_name": "post",
            "script_config": {"content_type": 7, "upload_wait_time": "soon", "captoins": ""},
            "start_time": "9 o'clock",
        }),
    );
    let problems = answer.body["data"].as_array().unwrap();
    for field in [
        "serials",
        "start_time",
        "script_config.content_type",
        "script_config.upload_wait_time",
        "script_config.captoins",
    ] {
        assert!(problems.iter().any(|problem| problem["field"] == field), "{field} is not in {answer:?}");
    }
}

#[test]
fn unknown_routes_and_tasks_are_answered_in_the_envelope() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    for path in ["/api/v1/nothing", "/api/v1/task/17", "/virtual/phones"] {
        let answer = server.get(path);
        assert_eq!((answer.status, &answer.body["code"]), (404, &json!(40401)), "{path}: {answer:?}");
    }
    let health = server.get("/healthz");
    assert_eq!((health.status, &health.body["code"]), (200, &json!(0)));
}
