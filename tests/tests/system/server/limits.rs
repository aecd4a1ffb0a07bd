//! Protects the sentences: no client takes more of the server than its share, however large, slow or many it is; and a
//! request that is under way when the server ends is still answered.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::tempdir;

use crate::harness::{Connection, Server, wait_for};

/// More than one body may have.
const TOO_LARGE: usize = 4 * 1024 * 1024 + 1;

#[test]
fn a_body_larger_than_the_limit_is_refused_and_harms_nothing() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let answer = server.post_text("/api/v1/task", &" ".repeat(TOO_LARGE));
    assert_eq!((answer.status, &answer.body["code"]), (413, &json!(41301)), "{answer:?}");
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn clients_that_never_come_to_an_end_are_let_go_while_others_are_served() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let begin = Instant::now();
    let open = |head: String| {
        let mut connection = Connection::open(server.authority());
        connection.send(&head);
        connection
    };
    let head = format!("POST /api/v1/task HTTP/1.1\r\nHost: {}\r\n", server.authority());
    let mut heads: Vec<Connection> = (0..40).map(|number| open(format!("{head}X-{number}: "))).collect();
    let body = format!("{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{");
    let mut bodies: Vec<Connection> = (0..40).map(|_| open(body.clone())).collect();
    assert_eq!(server.get("/healthz").status, 200, "others are served meanwhile");
    for connection in &mut heads {
        connection.rest();
    }
    for connection in &mut bodies {
        let answer = connection.until("}]}");
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("40001"), "{answer}");
        assert!(answer.contains("more slowly"), "{answer}");
    }
    assert!(begin.elapsed() < Duration::from_secs(40), "{:?}", begin.elapsed());
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_client_beyond_the_most_takes_the_place_of_a_silent_one() {
    let directory = tempdir().unwrap();
    let server = Server::start_with(directory.path(), 0, &["--max-connections", "2"]);
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.authority());
    let mut served: Vec<Connection> = (0..2).map(|_| Connection::open(server.authority())).collect();
    for connection in &mut served {
        connection.send(&request);
        assert!(connection.until("}}").contains("HTTP/1.1 200"));
    }
    let mut third = Connection::open(server.authority());
    third.send(&request);
    assert!(third.until("}}").contains("HTTP/1.1 200"));
    let mut first = served.remove(0);
    assert_eq!(first.rest(), "", "the one that was silent for longest was let go");
}

#[test]
fn a_request_that_is_under_way_when_the_server_ends_is_answered() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let body = json!({
        "serials": ["virtual-1"],
        "script_name": "post",
        "script_config": {"content_type": 0, "captions": "late", "material_list": ["late.mp4"]},
    })
    .to_string();
    let mut connection = Connection::open(server.authority());
    connection.send(&format!(
        "POST /api/v1/task HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        server.authority(),
        body.len()
    ));
    // From here on the server works on the request.
    connection.until("100 Continue\r\n\r\n");
    server.begin_to_end();
    let gone = || TcpStream::connect(server.authority()).is_err().then_some(());
    wait_for("the server to take no new clients", Duration::from_secs(20), gone);
    connection.send(&body);
    assert!(connection.until("}}").starts_with("HTTP/1.1 200"));
    assert_eq!(server.ended().code(), Some(0));
    let again = Server::start(&directory, 0);
    assert_eq!(again.get("/api/v1/task/stats").body["data"]["total"], 1, "the answer was kept");
}
