//! Lists by any filters at any depth and counts, with many tasks beside few.

use std::time::{Duration, Instant};

use crate::client::Client;
use crate::figures::{LARGE, SMALL, median, micros};
use crate::server::Server;
use crate::table::row;

const ROUNDS: usize = 200;

/// As the store's own bench has them.
const FILTERS: [&str; 13] = [
    "",
    "&status=3",
    "&serial=phone-3",
    "&username=account_3_1",
    "&script_name=follow",
    "&script_name=rare",
    "&source=ui",
    "&status=2&source=ui",
    "&status=2&script_name=post",
    "&serial=phone-3&status=2",
    "&serial=phone-3&script_name=rare",
    "&username=account_3_1&source=api",
    "&status=2&serial=phone-3&username=account_3_1&script_name=post&source=api",
];

struct Side {
    client: Client,
    tasks: u32,
}

pub(crate) async fn measure(small: &Server, large: &Server) {
    let mut small = Side { client: Client::connect(&small.address).await, tasks: SMALL };
    let mut large = Side { client: Client::connect(&large.address).await, tasks: LARGE };
    let mut slowest = Duration::ZERO;
    for filter in FILTERS {
        let mut measured = Vec::new();
        let mark = mark(&mut large.client, filter).await;
        for (depth, percent) in [("newest", 100), ("middle", 50), ("deep", 10)] {
            let paths = [&small, &large].map(|side| {
                let at = i64::from(side.tasks) * percent / 100 + 1;
                format!("/api/v1/task?page_size=20{filter}&cursor={at:x}-{mark}")
            });
            let (few, many) = turns(&mut small, &mut large, &paths).await;
            slowest = slowest.max(many);
            measured.push(format!("{depth} {}", ratio(few, many)));
            // Deep among a thousand tasks fewer may be left than a page holds.
            let rows = [rows(&mut small.client, &paths[0]).await, rows(&mut large.client, &paths[1]).await];
            if rows[0] != rows[1] {
                let as_many = paths[1].replace("page_size=20", &format!("page_size={}", rows[0].max(1)));
                let (few, many) = turns(&mut small, &mut large, &[paths[0].clone(), as_many]).await;
                measured.push(format!("of {} rows instead of {} {}", rows[0], rows[1], ratio(few, many)));
            }
        }
        let what = format!("list of 20, filter `{}`", filter.trim_start_matches('&'));
        row(&what, "the same with 1,000", "at most 1.3 times", &measured.join(", "));
    }
    row("the slowest of these lists", "", "", &format!("{:.0} µs", micros(slowest)));
    let paths = ["/api/v1/task/stats".to_owned(), "/api/v1/task/stats".to_owned()];
    let (few, many) = turns(&mut small, &mut large, &paths).await;
    row("`GET /task/stats`", "the same with 1,000", "at most 1.3 times", &ratio(few, many));
}

/// What the cursors of a list with this filter end with.
async fn mark(client: &mut Client, filter: &str) -> String {
    let request = client.get(&format!("/api/v1/task?page_size=1{filter}"), "");
    let data = client.data(&request).await;
    let cursor = data["next_cursor"].as_str().unwrap();
    cursor.split_once('-').unwrap().1.to_owned()
}

async fn rows(client: &mut Client, path: &str) -> usize {
    let request = client.get(path, "");
    client.data(&request).await["tasks"].as_array().unwrap().len()
}

/// The medians of both sides.
async fn turns(small: &mut Side, large: &mut Side, paths: &[String; 2]) -> (Duration, Duration) {
    let requests = [small.client.get(&paths[0], ""), large.client.get(&paths[1], "")];
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (side, (request, times)) in
            [&mut *small, &mut *large].into_iter().zip(requests.iter().zip(&mut times))
        {
            let begun = Instant::now();
            let answer = side.client.ask(request).await;
            times.push(begun.elapsed());
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        }
    }
    let [few, many] = times.map(median);
    (few, many)
}

fn ratio(few: Duration, many: Duration) -> String {
    format!("{:.2} ({:.0} µs)", micros(many) / micros(few), micros(many))
}
