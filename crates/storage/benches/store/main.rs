//! The store with 1,000 tasks beside the store with 1,000,000, and beside a bare prepared-statement loop, in one run.
//! `cargo bench --package tikmatrix-storage --bench store`; with `TIKMATRIX_TEST_DATABASE=postgres` on PostgreSQL, where
//! there is nothing bare to compare with. Ratios are what counts: the machine's own speed is in both sides.

// Where something is amiss, a bench can only stop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bare_loop;
mod bench_database;
mod figures;
mod queries;
mod seed;
mod writes;

use std::time::Instant;

use tokio::runtime::Runtime;

use crate::bench_database::BenchDatabase;
use crate::figures::{LARGE, SMALL};

fn main() {
    let runtime = Runtime::new().unwrap();
    let (small, large) = (seeded(SMALL), seeded(LARGE));
    runtime.block_on(queries::measure(&small, &large));
    drop((small, large));
    writes::measure(&runtime);
}

fn seeded(tasks: u32) -> (BenchDatabase, tikmatrix_storage::Store) {
    let database = BenchDatabase::new();
    let begun = Instant::now();
    drop(database.open());
    seed::fill(&database, tasks);
    println!("{tasks} tasks made in {:.1} s", begun.elapsed().as_secs_f64());
    let store = database.open();
    (database, store)
}
