//! The creation of tasks: many at once beside a bare prepared-statement loop, and one by one from many clients beside one commit
//! each.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tikmatrix_domain::{Interval, Recipients, ScriptName, Serial, Source, Target, TaskOptions, TaskRequest};
use tikmatrix_storage::Store;
use tokio::runtime::Runtime;

use crate::bare_loop::{BareLoop, CONFIG, phone};
use crate::bench_database::{BenchDatabase, is_postgres};
use crate::figures::median;

const BULK: usize = 1_000;
const ROUNDS: usize = 15;
const CLIENTS: usize = 64;
const REQUESTS_A_CLIENT: usize = 40;

pub(crate) fn measure(runtime: &Runtime) {
    let database = BenchDatabase::new();
    let store = database.open();
    let mut bare = (!is_postgres()).then(BareLoop::new);

    let mut times = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times.0.push(runtime.block_on(bulk(&store)));
        times.1.extend(bare.as_mut().map(|bare| bare.insert(BULK)));
    }
    let ours = median(times.0);
    println!("\none request for {BULK} tasks: {:.1} ms", ours.as_secs_f64() * 1e3);
    if !times.1.is_empty() {
        let bare = median(times.1);
        println!(
            "bare loop: {:.1} ms, ratio {:.2}",
            bare.as_secs_f64() * 1e3,
            bare.as_secs_f64() / ours.as_secs_f64()
        );
    }

    let mut rates = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let begun = Instant::now();
        runtime.block_on(clients(&store, CLIENTS));
        rates.0.push(begun.elapsed() / u32::try_from(CLIENTS * REQUESTS_A_CLIENT).unwrap());
        let begun = Instant::now();
        let count = CLIENTS * REQUESTS_A_CLIENT / 8;
        match &mut bare {
            Some(bare) => (0..count).for_each(|_| {
                bare.insert(1);
            }),
            None => runtime.block_on(one_by_one(&store, count)),
        }
        rates.1.push(begun.elapsed() / u32::try_from(count).unwrap());
    }
    let (grouped, single) = (median(rates.0).as_secs_f64(), median(rates.1).as_secs_f64());
    println!("{CLIENTS} clients, one task a request: {:.0} a second", 1.0 / grouped);
    println!("one commit a request: {:.0} a second, ratio {:.1}", 1.0 / single, single / grouped);
}

async fn bulk(store: &Store) -> Duration {
    let phones: Vec<String> = (0..10).map(phone).collect();
    let request = request(&phones, BULK / phones.len());
    let begun = Instant::now();
    store.queue().create(request, now()).await.unwrap();
    begun.elapsed()
}

async fn clients(store: &Store, count: usize) {
    let clients: Vec<_> = (0..count)
        .map(|index| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..REQUESTS_A_CLIENT {
                    store.queue().create(request(&[phone(index)], 1), now()).await.unwrap();
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
}

async fn one_by_one(store: &Store, count: usize) {
    for index in 0..count {
        store.queue().create(request(&[phone(index)], 1), now()).await.unwrap();
    }
}

/// A request for `tasks` tasks on each of `phones`.
fn request(phones: &[String], tasks: usize) -> TaskRequest {
    TaskRequest {
        recipients: Recipients::Devices(phones.iter().map(|name| Serial::new(name).unwrap()).collect()),
        groups: Vec::new(),
        script: ScriptName::new("post").unwrap(),
        targets: vec![Target::new(None, CONFIG); tasks],
        distribute: None,
        source: Source::Api,
        start_time: None,
        interval: Interval::default(),
        seed: 7,
        options: TaskOptions::default(),
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_780_000_000_000).unwrap()
}
