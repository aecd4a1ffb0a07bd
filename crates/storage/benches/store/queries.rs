//! Lists by any filters at any depth, counts and versions, with few tasks and with many.

use std::time::Instant;

use tikmatrix_domain::{ScriptName, Serial, Source, Status, TaskId, Username};
use tikmatrix_storage::{Page, PageStart, Store, TaskFilter};

use crate::bench_database::BenchDatabase;
use crate::figures::{LARGE, SMALL, median, micros};

const ROUNDS: usize = 300;
const PAGE_SIZE: u32 = 20;

type Side = (BenchDatabase, Store);

pub(crate) async fn measure(small: &Side, large: &Side) {
    println!(
        "\n| list of {PAGE_SIZE} | depth | µs of {SMALL} (rows) | µs of {LARGE} (rows) | ratio |\n|---|---|---|---|---|"
    );
    for (name, filter) in filters() {
        for (depth, percent) in [("newest", 100), ("middle", 50), ("deep", 10)] {
            let at = |tasks: u32| TaskId(i64::from(tasks) * percent / 100 + 1);
            let mut times = (Vec::new(), Vec::new());
            let mut rows = (0, 0);
            for _ in 0..ROUNDS {
                let begun = Instant::now();
                rows.0 = list(&small.1, &filter, at(SMALL)).await;
                times.0.push(begun.elapsed());
                let begun = Instant::now();
                rows.1 = list(&large.1, &filter, at(LARGE)).await;
                times.1.push(begun.elapsed());
            }
            let (few, many) = (micros(median(times.0)), micros(median(times.1)));
            println!(
                "| {name} | {depth} | {few:.0} ({}) | {many:.0} ({}) | {:.2} |",
                rows.0,
                rows.1,
                many / few
            );
        }
    }
    stats(small, large).await;
}

async fn stats(small: &Side, large: &Side) {
    let mut times = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        assert_eq!(small.1.tasks().stats().await.unwrap().total(), u64::from(SMALL));
        times.0.push(begun.elapsed());
        let begun = Instant::now();
        assert_eq!(large.1.tasks().stats().await.unwrap().total(), u64::from(LARGE));
        times.1.push(begun.elapsed());
        let begun = Instant::now();
        large.1.database().version().await.unwrap();
        times.2.push(begun.elapsed());
    }
    let (few, many, version) = (micros(median(times.0)), micros(median(times.1)), micros(median(times.2)));
    println!("| counts by status | | {few:.0} | {many:.0} | {:.2} |", many / few);
    println!("| version | | | {version:.1} | |");
}

async fn list(store: &Store, filter: &TaskFilter, before: TaskId) -> usize {
    let page = Page { start: PageStart::Before(before), size: PAGE_SIZE };
    store.tasks().list(filter.clone(), page).await.unwrap().0.len()
}

fn filters() -> Vec<(&'static str, TaskFilter)> {
    let all = TaskFilter::default;
    let phone = || Serial::new("phone-3").ok();
    let account = || Username::new("account_3_1").ok();
    let script = |name| ScriptName::new(name).ok();
    vec![
        ("all", all()),
        ("status", TaskFilter { status: Some(Status::Failed), ..all() }),
        ("serial", TaskFilter { serial: phone(), ..all() }),
        ("username", TaskFilter { username: account(), ..all() }),
        ("script", TaskFilter { script: script("follow"), ..all() }),
        ("rare script", TaskFilter { script: script("rare"), ..all() }),
        ("source", TaskFilter { source: Some(Source::Ui), ..all() }),
        ("status, source", TaskFilter { status: Some(Status::Completed), source: Some(Source::Ui), ..all() }),
        ("status, script", TaskFilter { status: Some(Status::Completed), script: script("post"), ..all() }),
        ("serial, status", TaskFilter { serial: phone(), status: Some(Status::Completed), ..all() }),
        ("serial, rare script", TaskFilter { serial: phone(), script: script("rare"), ..all() }),
        ("username, source", TaskFilter { username: account(), source: Some(Source::Api), ..all() }),
        (
            "all five",
            TaskFilter {
                status: Some(Status::Completed),
                serial: phone(),
                username: account(),
                script: script("post"),
                source: Some(Source::Api),
                ..all()
            },
        ),
    ]
}
