//! Protects the sentences: loopback only by default, without a token; any other address needs one, or the server refuses
//! to start; the `Host` must be a loopback name or a configured one, and the `Origin` the server's own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{Connection, Program, Server, wait_for};

const SOON: Duration = Duration::from_secs(30);

/// Runs `tikmatrix token` on the server's data and gives its exit code, stdout and stderr.
fn token(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let data = directory.join("data");
    let mut all = vec!["token"];
    all.extend(arguments);
    all.extend(["--data-dir", data.to_str().unwrap()]);
    let output = Program::run(&all);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim().to_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn create(directory: &Path, name: &str) -> String {
    let (code, text, errors) = token(directory, &["create", name]);
    assert_eq!(code, Some(0), "{errors}");
    text
}

/// The status line's code and the body's, of a request with these lines.
fn ask(server: &Server, path: &str, lines: &[&str]) -> (u16, i64) {
    let answer = Connection::exchange(server.authority(), &format!("GET {path}"), lines);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
    if status == Some(401) {
        assert!(answer.to_lowercase().contains("www-authenticate: bearer"), "{answer}");
    }
    (status.unwrap(), body["code"].as_i64().unwrap_or(-1))
}

fn with_token(server: &Server, path: &str, token: &str) -> (u16, i64) {
    ask(server, path, &["Host: localhost", &format!("Authorization: Bearer {token}")])
}

#[test]
fn whatever_lets_others_in_needs_a_token_or_nothing_listens() {
    let directory = tempdir().unwrap();
    let data = directory.path().join("data");
    for (more, named) in [
        (["--bind", "0.0.0.0"], "0.0.0.0"),
        (["--bind", "::"], "::"),
        (["--host-name", "tikmatrix.example.com"], "tikmatrix.example.com"),
        (["--max-connections=9", "--require-token"], "every request"),
    ] {
        let mut arguments = vec!["serve", "--port", "0", "--data-dir", data.to_str().unwrap()];
        arguments.extend(more);
        let mut program = Program::start(&arguments);
        assert_eq!(program.end(SOON).code(), Some(1), "{more:?}");
        let said =
            wait_for("the refusal", SOON, || Some(program.errors()).filter(|it| it.contains("no token")));
        assert!(said.contains(named) && said.contains("tikmatrix token create"), "{more:?}: {said}");
        assert!(!program.output().contains("listening on"), "{more:?}");
    }
}

#[test]
fn where_others_are_let_in_every_request_but_the_health_check_needs_a_token() {
    let directory = tempdir().unwrap();
    let good = create(directory.path(), "one");
    let server = Server::start_with(directory.path(), 1, &["--bind", "0.0.0.0"]);
    let wrong = format!("{}0", &good[..good.len() - 1]);
    let wrong = if wrong == good { format!("{}1", &good[..good.len() - 1]) } else { wrong };
    for path in ["/api/v1/task", "/api/v1/task/stats", "/api/v1/nothing", "/virtual/phones"] {
        assert_eq!(ask(&server, path, &["Host: localhost"]), (401, 40101), "{path}");
        assert_eq!(with_token(&server, path, &wrong), (401, 40101), "{path}");
        assert_eq!(with_token(&server, path, "guess"), (401, 40101), "{path}");
        assert_ne!(with_token(&server, path, &good).0, 401, "{path}");
    }
    assert_eq!(with_token(&server, "/api/v1/task", &good), (200, 0));
    assert_eq!(ask(&server, "/healthz", &["Host: localhost"]), (200, 0));
}

#[test]
fn this_machine_needs_no_token_and_no_other_is_let_in() {
    let directory = tempdir().unwrap();
    create(directory.path(), "one");
    let server = Server::start(&directory, 0);
    assert_eq!(server.get("/api/v1/task").status, 200);
}

#[test]
fn a_token_is_good_from_its_making_to_its_revocation_while_the_server_runs() {
    let directory = tempdir().unwrap();
    let first = create(directory.path(), "first");
    let server = Server::start_with(directory.path(), 0, &["--require-token"]);
    let second = create(directory.path(), "second");
    assert_eq!(with_token(&server, "/api/v1/task", &second), (200, 0));
    let listed = wait_for("the time of the last use", SOON, || {
        let (_, text, _) = token(directory.path(), &["list", "--json"]);
        let tokens: Value = serde_json::from_str(&text).ok()?;
        tokens[1]["last_used_at"].is_string().then_some(tokens)
    });
    assert_eq!((&listed[0]["name"], &listed[0]["last_used_at"]), (&json!("first"), &Value::Null));
    assert!(second.contains(listed[1]["id"].as_str().unwrap()) && !listed.to_string().contains(&second));

    assert_eq!(token(directory.path(), &["revoke", "second"]).0, Some(0));
    assert_eq!(with_token(&server, "/api/v1/task", &second), (401, 40101));
    assert_eq!(with_token(&server, "/api/v1/task", &first), (200, 0));

    let (code, _, errors) = token(directory.path(), &["create", "first"]);
    assert!(code == Some(1) && errors.contains("already"), "{errors}");
    let (code, _, errors) = token(directory.path(), &["revoke", "second"]);
    assert!(code == Some(5) && errors.contains("there are first"), "{errors}");
}

#[test]
fn the_data_directory_holds_no_token() {
    let directory = tempdir().unwrap();
    let text = create(directory.path(), "one");
    let server = Server::start_with(directory.path(), 0, &["--require-token"]);
    assert_eq!(with_token(&server, "/api/v1/task", &text), (200, 0));
    let secret = text.rsplit('_').next().unwrap().as_bytes();
    let mut folders: Vec<PathBuf> = vec![directory.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 0);
}

#[test]
fn tokens_of_a_file_are_good_besides_the_others() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("tokens");
    let of_file = "0123456789abcdef".repeat(4);
    std::fs::write(&file, format!("# uploader\n{of_file}\n")).unwrap();
    let kept = create(directory.path(), "kept");
    let server = Server::start_with(directory.path(), 0, &["--token-file", file.to_str().unwrap()]);
    assert_eq!(with_token(&server, "/api/v1/task", &of_file), (200, 0));
    assert_eq!(with_token(&server, "/api/v1/task", &kept), (200, 0));
    assert_eq!(ask(&server, "/api/v1/task", &["Host: localhost"]), (401, 40101));
}

#[test]
fn a_request_under_a_foreign_name_or_from_a_foreign_page_is_refused() {
    let directory = tempdir().unwrap();
    let good = create(directory.path(), "one");
    let more = ["--host-name", "tik.example.com", "--bind", "127.0.0.1"];
    let server = Server::start_with(directory.path(), 0, &more);
    let bearer = format!("Authorization: Bearer {good}");
    let port = server.authority().rsplit(':').next().unwrap().to_owned();
    for (host, origin, expected) in [
        ("localhost", None, (200, 0)),
        ("tik.example.com", None, (200, 0)),
        ("tik.example.com", Some("https://tik.example.com"), (200, 0)),
        ("tik.example.com", Some("https://evil.example"), (400, 40001)),
        ("evil.example", None, (400, 40001)),
        ("evil.example", Some("http://evil.example"), (400, 40001)),
        (server.authority(), Some(server.url.as_str()), (200, 0)),
        (server.authority(), Some("http://localhost"), (400, 40001)),
        (server.authority(), Some("null"), (400, 40001)),
    ] {
        let mut lines = vec![format!("Host: {host}"), bearer.clone()];
        lines.extend(origin.map(|origin| format!("Origin: {origin}")));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(ask(&server, "/api/v1/task", &lines), expected, "{host} {origin:?} on port {port}");
    }
}
