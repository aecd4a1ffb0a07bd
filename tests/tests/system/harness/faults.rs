//! What is asked of a server whose database is out of order.

use std::time::Duration;

use serde_json::json;

use super::{Answer, Server, wait_for};

/// Until what the server logs has been read here.
const TO_LOG: Duration = Duration::from_secs(10);
/// How many tasks [`create_some`] makes.
pub(crate) const SOME: i64 = 3;

/// Makes tasks that no phone will run, in one request.
pub(crate) fn create_some(server: &Server) -> Answer {
    let follow = json!({"target_users": ["one", "two", "three"]});
    let request = json!({"serials": ["absent-phone"], "script_name": "follow", "script_config": follow});
    server.post("/api/v1/task", &request)
}

/// How many tasks there are.
pub(crate) fn total(server: &Server) -> i64 {
    i64::try_from(server.client.tasks().stats().unwrap().total).unwrap()
}

/// Fails the test unless `answer` is an internal error with a number that the log has too.
pub(crate) fn is_told_and_logged(server: &Server, answer: &Answer) {
    is_told_as(server, answer, (500, 50001));
}

/// Fails the test unless `answer` has this status and code, and a number that the log has too.
pub(crate) fn is_told_as(server: &Server, answer: &Answer, (status, code): (u16, u32)) {
    assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{answer:?}");
    let message = answer.body["message"].as_str().unwrap();
    let (_, request) = message.rsplit_once(' ').unwrap();
    let line = format!("request {request}:");
    // The answer may be here before the log has been read.
    wait_for(&line, TO_LOG, || server.said().contains(&line).then_some(()));
}
