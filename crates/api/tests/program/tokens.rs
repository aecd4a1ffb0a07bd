//! `tikmatrix token`: roles, ends and rotation, and what the audit says of it.

use serde_json::{Value, json};

use crate::support::{Folder, Server, done, missing, refused};

fn ask(server: &Server, method: &str, path: &str, token: &str) -> (u16, Value) {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", server.url));
    let request = request.header("Authorization", format!("Bearer {token}"));
    let mut answer = agent.run(request.body(()).unwrap()).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
}

#[test]
fn a_token_has_a_role_and_an_end_and_a_running_server_notices_a_new_secret_at_once() {
    let folder = Folder::new();
    let data = folder.name("data");
    let token = |arguments: &[&str]| {
        done(&[&["token"], arguments, &["--data-dir", &data]].concat()).trim().to_owned()
    };
    let admin = token(&["create", "boss"]);
    let server = folder.serve(&["--require-token"]);
    let reader = token(&["create", "wall screen", "--role", "viewer", "--expires", "90d"]);
    assert_eq!(ask(&server, "GET", "/api/v1/task", &reader).0, 200);
    let (status, body) = ask(&server, "POST", "/api/v1/task/retry-all", &reader);
    assert_eq!((status, &body["code"]), (403, &json!(40302)));
    assert_eq!(ask(&server, "POST", "/api/v1/task/retry-all", &admin).0, 200);

    let listed = || serde_json::from_str::<Value>(&token(&["list", "--json"])).unwrap();
    let before = listed();
    assert_eq!((&before[1]["role"], before[1]["expires_at"].is_string()), (&json!("viewer"), true));
    assert_eq!((&before[0]["role"], &before[0]["expires_at"]), (&json!("admin"), &Value::Null));

    let renewed = token(&["rotate", "wall screen", "--grace", "1h"]);
    for text in [&reader, &renewed] {
        assert_eq!(ask(&server, "GET", "/api/v1/task", text).0, 200, "both are valid for an hour");
    }
    let during = listed();
    assert!(during[1]["rotated_at"].is_string() && during[2]["rotated_at"].is_null(), "{during:#}");
    assert_eq!(during[2]["role"], "viewer");
    let again = token(&["rotate", "wall screen", "--grace", "0", "--expires", "never"]);
    for text in [&reader, &renewed] {
        assert_eq!(ask(&server, "GET", "/api/v1/task", text).0, 401);
    }
    assert_eq!(ask(&server, "GET", "/api/v1/task", &again).0, 200);
    assert_eq!(listed()[1]["expires_at"], Value::Null);
    assert!(token(&["list"]).contains("wall screen"));
    token(&["revoke", "wall screen"]);
    assert_eq!(ask(&server, "GET", "/api/v1/task", &again).0, 401);

    let (_, audit) = ask(&server, "GET", "/api/v1/audit?actor=command%20line", &admin);
    let entries = audit["data"]["entries"].as_array().unwrap();
    let operations: Vec<&str> = entries.iter().map(|entry| entry["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["revokeToken", "rotateToken", "rotateToken", "createToken", "createToken"]);
    assert_eq!(entries[0]["actor_kind"], "command_line");
    assert_eq!(entries[3]["subjects"][0], json!({"kind": "token", "ids": ["wall screen"], "count": 1}));
    let connection = ["--server", &server.url, "--token", &admin];
    let shown =
        done(&[&["audit", "list", "--since", "1h", "--operation", "rotateToken"][..], &connection].concat());
    assert_eq!(shown.matches("rotateToken").count(), 2, "{shown}");
    assert!(shown.starts_with("ID") && shown.contains("command line"), "{shown}");
    let shown = done(&[&["audit", "list", "--until", "2020-01-01", "--json"][..], &connection].concat());
    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), json!([]));
}

#[test]
fn what_cannot_be_a_token_is_refused_in_a_sentence_and_nothing_is_changed() {
    let folder = Folder::new();
    let data = folder.name("data");
    done(&["token", "create", "one", "--data-dir", &data]);
    let said = |arguments: &[&str]| refused(&[&["token"], arguments, &["--data-dir", &data]].concat());
    let passed = said(&["create", "two", "--expires", "2020-01-01"]);
    assert!(passed.contains("--expires: 2020-01-01T00:00:00Z has passed"), "{passed}");
    for command in ["rotate", "revoke"] {
        let said = missing(&["token", command, "two", "--data-dir", &data]);
        assert!(said.contains("there is no token two in"), "{said}");
    }
    assert!(said(&["create", "one"]).contains("rotate that one"));
    let listed = done(&["token", "list", "--json", "--data-dir", &data]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["rotated_at"]), (1, &Value::Null));
}
