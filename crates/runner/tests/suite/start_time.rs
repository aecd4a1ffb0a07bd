//! Tasks that wait for their start time, by a clock that the test controls.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tikmatrix_domain::{Clock, Outcome, Status};
use tokio::time::Instant;

use crate::{Fixture, end_of, phone, scheduled, task, tell};

/// Time that passes only when the test says so.
///
/// Tokio's paused time alone is not enough: it leaps to the next timer whenever every task of the runtime waits, also
/// while a thread of the database works for one of them.
pub(crate) struct ManualTime {
    begun: Instant,
    /// Seconds by which the clock was set back.
    set_back: AtomicI64,
    /// Ends the blocking task, which keeps tokio from advancing its time.
    _hold: Sender<()>,
}

impl ManualTime {
    /// Stops tokio's time.
    pub(crate) fn start() -> Arc<Self> {
        tokio::time::pause();
        let (hold, until_dropped) = std::sync::mpsc::channel();
        tokio::task::spawn_blocking(move || until_dropped.recv());
        Arc::new(Self { begun: Instant::now(), set_back: AtomicI64::new(0), _hold: hold })
    }

    fn set_back(&self, time: TimeDelta) {
        self.set_back.fetch_add(time.num_seconds(), Ordering::Relaxed);
    }
}

/// Tokio's timers count whole milliseconds and may be late by one.
const TIMER_RESOLUTION: Duration = Duration::from_millis(1);

/// Lets so much time pass at once, and as much more as a timer may be late.
pub(crate) async fn pass(time: TimeDelta) {
    tokio::time::advance(time.to_std().unwrap() + TIMER_RESOLUTION).await;
}

impl Clock for ManualTime {
    fn now(&self) -> DateTime<Utc> {
        let elapsed = TimeDelta::from_std(self.begun.elapsed()).unwrap();
        DateTime::from_timestamp_millis(1_780_000_000_000).unwrap() + elapsed
            - TimeDelta::seconds(self.set_back.load(Ordering::Relaxed))
    }
}

#[tokio::test]
async fn a_task_without_a_start_time_runs_whatever_the_clock_shows() {
    let (a, _adbd) = phone("a").await;
    let time = ManualTime::start();
    let fixture = Fixture::with_clock(time.clone());
    let start = fixture.clock.now() + TimeDelta::hours(1);
    let ids = fixture.create(vec![tell("a", "at once"), scheduled(tell("a", "on time"), start)]).await;
    time.set_back(TimeDelta::hours(3));
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    fixture.stage.heard("at once").await;
    fixture.settled(&runner, "a").await;
    assert_eq!(fixture.task(ids[1]).await.task.state.status(), Status::Pending);
    pass(TimeDelta::hours(4)).await;
    fixture.stage.heard("on time").await;
    runner.shutdown().await;
}

#[tokio::test]
async fn a_scheduled_task_starts_on_time_and_wakes_its_device() {
    let (a, _adbd) = phone("a").await;
    let fixture = Fixture::with_clock(ManualTime::start());
    let start = fixture.clock.now() + TimeDelta::hours(5);
    let ids = fixture.create(vec![scheduled(tell("a", "on time"), start), tell("a", "at once")]).await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    fixture.stage.heard("at once").await;

    pass(TimeDelta::hours(5) - TimeDelta::seconds(1)).await;
    fixture.settled(&runner, "a").await;
    assert_eq!(fixture.task(ids[0]).await.task.state.status(), Status::Pending);

    pass(TimeDelta::seconds(1)).await;
    fixture.stage.heard("on time").await;
    let begun = fixture.task(ids[0]).await.attempts[0].started_at;
    assert!(begun >= start && begun - start < TimeDelta::milliseconds(10), "{begun}, not {start}");
    runner.shutdown().await;
}

#[tokio::test]
async fn a_task_that_is_created_for_sooner_is_not_held_up_by_a_later_one() {
    let (a, _adbd) = phone("a").await;
    let fixture = Fixture::with_clock(ManualTime::start());
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let begin = fixture.clock.now();
    for (word, minutes) in [("later", 60), ("sooner", 10)] {
        fixture.create(vec![scheduled(tell("a", word), begin + TimeDelta::minutes(minutes))]).await;
        fixture.settled(&runner, "a").await;
    }
    pass(TimeDelta::minutes(10)).await;
    fixture.stage.heard("sooner").await;
    pass(TimeDelta::minutes(50)).await;
    fixture.stage.heard("later").await;
    runner.shutdown().await;
}

#[tokio::test]
async fn a_task_beyond_its_time_ends_timed_out_and_names_its_step() {
    let (a, _adbd) = phone("a").await;
    let fixture = Fixture { task_limit: Duration::from_secs(90), ..Fixture::with_clock(ManualTime::start()) };
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let ids = fixture.create(vec![task("a", &json!({ "act": "hold", "word": "holds" }))]).await;
    runner.wake();
    fixture.stage.heard("holds").await;
    pass(TimeDelta::seconds(90)).await;
    fixture.settled(&runner, "a").await;
    let (outcome, remark) = end_of(&fixture.task(ids[0]).await.task);
    assert_eq!(outcome, Outcome::TimedOut);
    assert!(remark.contains("90s") && remark.contains("hold the phone"), "{remark}");
    runner.shutdown().await;
}
