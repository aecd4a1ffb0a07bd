//! `GET /api/v1/event`: what happens is told while it happens, once, and to those who may hear it.

use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tikmatrix_api::{NewToken, open_data};
use tikmatrix_domain::{Role, TokenName};
use tikmatrix_virtual_phone::{Farm, FarmOptions};

use crate::support::Api;
use crate::support::clock::SetClock;

/// Far longer than anything here takes; a test that hears nothing fails.
const EVENT_TIMEOUT: Duration = Duration::from_secs(60);

/// A client that listens.
struct Listener(BufReader<ureq::BodyReader<'static>>);

#[derive(Debug, PartialEq)]
struct Told {
    id: i64,
    kind: String,
    data: Value,
}

impl Listener {
    /// Asks for `query`, and returns when the server has said from where on it tells: nothing is missed after that.
    fn open(api: &Api, query: &str, headers: &[(&str, &str)]) -> Self {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(EVENT_TIMEOUT)).proxy(None).build().into();
        let mut request = agent.get(format!("{}/api/v1/event{query}", api.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.call().unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut listener = Self(BufReader::new(response.into_body().into_reader()));
        assert!(listener.block().unwrap().contains("id: "));
        listener
    }

    /// The next event; none when the server has ended the answer.
    fn next(&mut self) -> Option<Told> {
        loop {
            let block = self.block()?;
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
            let (Some(kind), Some(data)) = (field("event: "), field("data: ")) else { continue };
            let id = field("id: ").unwrap().parse().unwrap();
            return Some(Told { id, kind: kind.to_owned(), data: serde_json::from_str(data).unwrap() });
        }
    }

    /// The next event of this kind.
    fn next_of(&mut self, kind: &str) -> Told {
        loop {
            let told = self.next().unwrap();
            if told.kind == kind {
                return told;
            }
        }
    }

    fn block(&mut self) -> Option<String> {
        let mut block = String::new();
        while !block.ends_with("\n\n") {
            if self.0.read_line(&mut block).unwrap() == 0 {
                return None;
            }
        }
        Some(block)
    }
}

async fn create(api: &Api, serial: &str) -> i64 {
    let answer = api.post(&json!({"serials": [serial], "script_name": "say", "script_config": {}})).await;
    answer.body["data"]["task_ids"][0].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_comes_back_goes_on_where_it_was_without_gap_or_repetition() {
    let api = Api::start().await;
    create(&api, "before").await;
    let mut listener = Listener::open(&api, "", &[]);
    let first = create(&api, "p1").await;
    let told = listener.next().unwrap();
    let data = &told.data;
    assert_eq!(
        (told.kind.as_str(), &data["task_id"], &data["serial"]),
        ("task_created", &json!(first), &json!("p1"))
    );
    assert!(chrono::DateTime::parse_from_rfc3339(data["at"].as_str().unwrap()).is_ok());
    drop(listener);

    let second = create(&api, "p1").await;
    api.delete(&format!("/api/v1/task/{first}")).await;
    let last = told.id.to_string();
    for (query, headers) in [
        (String::new(), vec![("Last-Event-ID", last.as_str())]),
        (format!("?last_event_id={last}"), vec![]),
        ("?last_event_id=0".to_owned(), vec![("Last-Event-ID", last.as_str())]),
    ] {
        let mut again = Listener::open(&api, &query, &headers);
        let (one, two) = (again.next().unwrap(), again.next().unwrap());
        assert_eq!((one.kind.as_str(), &one.data["task_id"]), ("task_created", &json!(second)));
        assert_eq!((two.kind.as_str(), &two.data["task_id"]), ("task_deleted", &json!(first)));
        assert!(told.id < one.id && one.id < two.id);
    }
    let mut all = Listener::open(&api, "?last_event_id=0", &[]);
    assert_eq!(all.next().unwrap().data["serial"], "before");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_a_phone_does_with_a_task_is_told_in_order() {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let address = farm.phones()[0].address().to_string();
    let api = Api::start_with(|config| config.phones.push(address.clone())).await;
    let mut listener = Listener::open(&api, "?last_event_id=0&kind=device_state", &[]);
    let mut device = listener.next_of("device_state");
    while device.data["state"] != "ready" {
        assert_eq!(device.data["address"], address);
        device = listener.next_of("device_state");
    }
    assert_eq!(device.data["serial"], "virtual-1");

    let id = create(&api, "virtual-1").await;
    create(&api, "other").await;
    let mut listener = Listener::open(&api, &format!("?last_event_id=0&task_id={id}"), &[]);
    let kinds = [(); 3].map(|()| listener.next().unwrap());
    assert_eq!(
        kinds.each_ref().map(|told| told.kind.as_str()),
        ["task_created", "task_started", "task_finished"]
    );
    assert!(kinds.iter().all(|told| told.data["task_id"] == id && told.data["serial"] == "virtual-1"));
    assert_eq!((&kinds[2].data["outcome"], &kinds[2].data["remark"]), (&json!("succeeded"), &json!("said")));
    assert_eq!(kinds[2].data["attempt"], 1);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_place_is_not_kept_is_told_to_read_anew_and_hears_what_follows() {
    let api = Api::start().await;
    create(&api, "p1").await;
    let mut listener = Listener::open(&api, "?last_event_id=99999999999999999999", &[]);
    let reset = listener.next().unwrap();
    assert_eq!(reset.kind, "reset");
    assert!(reset.data["reason"].as_str().unwrap().contains("read the tasks and phones anew"));
    let id = create(&api, "p2").await;
    assert_eq!(listener.next().unwrap().data["task_id"], id);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_nothing_gets_everything_when_it_does() {
    let api = Api::start().await;
    let mut listener = Listener::open(&api, "", &[]);
    let serials: Vec<String> = (0..2_000).map(|number| format!("p{number}")).collect();
    for _ in 0..3 {
        let answer = api.post(&json!({"serials": serials, "script_name": "say", "script_config": {}})).await;
        assert_eq!(answer.code(), 0);
    }
    for number in 1..=6_000 {
        assert_eq!(listener.next().unwrap().data["task_id"], number);
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_ends_with_the_licence() {
    let clock = SetClock::new();
    let own = Arc::new(clock.clone());
    let api = Api::start_with(|config| config.clock = own).await;
    let mut listener = Listener::open(&api, "", &[]);
    clock.go_on(TimeDelta::days(31));
    assert_eq!(listener.next(), None);
    assert_eq!(api.get("/api/v1/event").await.code(), 40301);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_ends_with_the_token_that_it_was_opened_with() {
    let folder = tempfile::tempdir().unwrap();
    let token = NewToken::make(TokenName::new("listener").unwrap(), Role::Viewer, Utc::now()).unwrap();
    let store = open_data(folder.path(), None).unwrap();
    store.tokens().create(token.kept).await.unwrap();
    drop(store);
    let api = Api::start_in(folder.path(), |config| config.require_token = true).await;
    assert_eq!(api.get("/api/v1/event").await.code(), 40101);
    let authorization = format!("Bearer {}", token.text.expose());
    let mut listener = Listener::open(&api, "", &[("Authorization", &authorization)]);
    let revoked =
        open_data(folder.path(), None).unwrap().tokens().revoke("listener".to_owned()).await.unwrap();
    assert_eq!(revoked.len(), 1);
    assert_eq!(listener.next(), None);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_ends_with_the_server() {
    let api = Api::start().await;
    let mut listener = Listener::open(&api, "", &[]);
    api.stop().await;
    assert_eq!(listener.next(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_wish_to_listen_is_told() {
    let api = Api::start().await;
    let answer = api.get("/api/v1/event?kind=x&task_id=-1&colour=red").await;
    assert_eq!((answer.status, answer.code()), (400, 40001), "{answer:?}");
    assert_eq!(answer.fields(), ["task_id", "kind", "colour"]);
    let headers = [("Last-Event-ID", "one")];
    let answer = api.send("GET", "/api/v1/event", &headers, Vec::new()).await;
    assert_eq!(answer.fields(), ["header Last-Event-ID"]);
    let answer = api.send("GET", "/api/v1/event", &[("Host", "evil.example")], Vec::new()).await;
    assert_eq!(answer.code(), 40001);
    api.stop().await;
}
