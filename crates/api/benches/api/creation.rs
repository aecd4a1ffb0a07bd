//! Making tasks: a thousand in one request beside a bare prepared-statement loop, and one by one from many clients, each
//! durable when it is answered, beside one commit a request.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::bare_loop::{BareLoop, phone};
use crate::bench_database::{BenchDatabase, is_postgres};
use crate::client::{Client, rate};
use crate::figures::median;
use crate::rates;
use crate::server::Server;
use crate::table::row;

const BULK: usize = 1_000;
const ROUNDS: usize = 15;
const CLIENTS: usize = 64;
const TIME: Duration = Duration::from_secs(2);
const PATH: &str = "/api/v1/task";
/// Of the bare loop, each with a commit of its own.
const COMMITS: u32 = 500;

pub(crate) async fn measure() {
    let server = Server::start(BenchDatabase::new());
    // There is nothing bare to compare with on PostgreSQL.
    let mut bare = (!is_postgres()).then(BareLoop::new);
    bulk(&server, bare.as_mut()).await;
    one_by_one(&server, bare.as_mut()).await;
}

async fn bulk(server: &Server, mut bare: Option<&mut BareLoop>) {
    let mut client = Client::connect(&server.address).await;
    let request = client.post(PATH, &many_tasks());
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let created = client.data(&request).await;
        ours.push(begun.elapsed());
        assert_eq!(created["created_count"], BULK);
        others.extend(bare.as_mut().map(|bare| bare.insert(BULK)));
    }
    let ours = median(ours).as_secs_f64() * 1e3;
    let measured = if others.is_empty() {
        format!("{ours:.1} ms")
    } else {
        let bare = median(others).as_secs_f64() * 1e3;
        format!("{:.2} ({ours:.1} ms, the loop {bare:.1} ms)", bare / ours)
    };
    let against = "a bare prepared-statement loop in one transaction";
    row("one request that makes 1,000 tasks", against, "at least 0.5", &measured);
}

async fn one_by_one(server: &Server, mut bare: Option<&mut BareLoop>) {
    let request = |client: &Client, number: usize| client.post(PATH, &one_task(number));
    let (mut many, mut alone, mut commits) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        many.push(rate(&server.address, CLIENTS, TIME, 200, request).await);
        alone.push(rate(&server.address, 1, TIME, 200, request).await);
        commits.extend(bare.as_mut().map(|bare| {
            let begun = Instant::now();
            for _ in 0..COMMITS {
                bare.insert(1);
            }
            f64::from(COMMITS) / begun.elapsed().as_secs_f64()
        }));
    }
    let (many, alone) = (rates::median(many), rates::median(alone));
    let what = format!("{CLIENTS} clients that each make one task at a time");
    let against = "one commit a request: a client alone, over HTTP";
    row(
        &what,
        against,
        "at least 4 times",
        &format!("{:.1} ({many:.0}/s, alone {alone:.0}/s)", many / alone),
    );
    if !commits.is_empty() {
        let commits = rates::median(commits);
        let against = "one commit a task: the bare loop, without HTTP";
        row(&what, against, "", &format!("{:.1} (the loop {commits:.0}/s)", many / commits));
    }
}

/// Ten phones that follow a hundred users: as the bare loop has it, a thousand tasks of ten phones.
fn many_tasks() -> String {
    let serials: Vec<String> = (0..10).map(phone).collect();
    let users: Vec<String> = (0..BULK / serials.len()).map(|number| format!("user_{number}")).collect();
    json!({"serials": serials, "script_name": "follow", "script_config": {"target_users": users}}).to_string()
}

fn one_task(number: usize) -> String {
    let config = json!({
        "content_type": 0,
        "captions": "Check out my new video! #viral #fyp",
        "material_list": ["C:/Videos/video1.mp4"],
    });
    json!({"serials": [phone(number)], "script_name": "post", "script_config": config}).to_string()
}
