//! The API as its clients get it: the real binary over HTTP, in one run beside what it is compared with. `cargo xtask bench
//! api`; with `TIKMATRIX_TEST_DATABASE=postgres` on PostgreSQL. Ratios are what counts: the machine's own speed is in both
//! sides, which take turns.

// Where something is amiss, a bench can only stop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../storage/benches/store/bare_loop.rs"]
mod bare_loop;
mod bare_route;
#[path = "../../../storage/benches/store/bench_database.rs"]
mod bench_database;
mod client;
mod creation;
#[path = "../../../storage/benches/store/figures.rs"]
mod figures;
mod lists;
mod memory;
mod rates;
#[path = "../../../storage/benches/store/seed.rs"]
mod seed;
mod server;
mod table;

use crate::bench_database::BenchDatabase;
use crate::figures::{LARGE, SMALL};
use crate::server::Server;

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(bare_route::COMMAND) {
        bare_route::serve(&arguments.next().expect("the file with the bytes to answer"));
        return;
    }
    let (small, large) = (seeded(SMALL), seeded(LARGE));
    // The clients share one thread, so that they take as little as they can from the servers.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    println!("\n| what | against | aim | measured |\n|---|---|---|---|");
    runtime.block_on(async {
        small.settle().await;
        large.settle().await;
        lists::measure(&small, &large).await;
        rates::measure(&large).await;
        creation::measure().await;
        memory::measure(&large).await;
    });
}

/// A server whose database holds this many tasks.
fn seeded(tasks: u32) -> Server {
    let database = BenchDatabase::new();
    drop(database.open());
    seed::fill(&database, tasks);
    Server::start(database)
}
