//! Requests a second over many connections, beside a bare route that answers the same bytes.

use std::time::Duration;

use crate::bare_route;
use crate::client::{Client, header, rate};
use crate::server::Server;
use crate::table::row;

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(2);
const PATH: &str = "/api/v1/task?page_size=20";

pub(crate) async fn measure(large: &Server) {
    let mut client = Client::connect(&large.address).await;
    let request = client.get(PATH, "");
    let answer = client.ask(&request).await;
    let bare = bare_route::start(&answer.body);
    let tag = header(&answer.head, "etag").map(|tag| format!("If-None-Match: {tag}\r\n"));
    let (mut of_bare, mut full, mut unchanged) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_bare.push(rate(&bare.address, CONNECTIONS, TIME, 200, |client, _| client.get("/bare", "")).await);
        full.push(rate(&large.address, CONNECTIONS, TIME, 200, |client, _| client.get(PATH, "")).await);
        if let Some(tag) = &tag {
            unchanged
                .push(rate(&large.address, CONNECTIONS, TIME, 304, |client, _| client.get(PATH, tag)).await);
        }
    }
    let bare = median(of_bare);
    let against = format!("a bare actix-web route, {bare:.0}/s");
    let measured = |rates: Vec<f64>| {
        let rate = median(rates);
        format!("{:.2} ({rate:.0}/s)", rate / bare)
    };
    let what = format!("`GET {PATH}` over {CONNECTIONS} connections, 1,000,000 tasks");
    row(&what, &against, "at least 0.25", &measured(full));
    let measured = if tag.is_some() { measured(unchanged) } else { "the answer has no `ETag`".to_owned() };
    row("the same with `If-None-Match`, nothing changed", &against, "at least 0.7", &measured);
}

pub(crate) fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
