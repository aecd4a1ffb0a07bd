//! No wake-up is lost, at any moment of a worker's claim.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tikmatrix_domain::{Clock, SystemClock, TaskState};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::{Fixture, create_tasks, phone, tell};

type Interruption = Box<dyn FnOnce() + Send>;

/// The machine's clock, which runs an interruption when it is read next: a worker reads the clock after it has read which
/// tasks there are and before it goes to sleep.
#[derive(Default)]
struct InterruptingClock {
    next: Mutex<Option<Interruption>>,
}

impl Clock for InterruptingClock {
    fn now(&self) -> DateTime<Utc> {
        let interruption = self.next.lock().unwrap().take();
        if let Some(interruption) = interruption {
            interruption();
        }
        SystemClock.now()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_is_created_between_a_claim_and_the_sleep_after_it_is_run() {
    let clock = Arc::new(InterruptingClock::default());
    let fixture = Fixture::with_clock(clock.clone());
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;

    let (store, waker, handle) = (fixture.store.clone(), runner.clone(), Handle::current());
    let create = async move {
        create_tasks(&store, vec![tell("a", "in between")], SystemClock.now()).await;
        waker.wake();
    };
    // On another thread: the runtime's waits for it, as if it had been slow.
    let interruption = move || std::thread::spawn(move || handle.block_on(create)).join().unwrap();
    *clock.next.lock().unwrap() = Some(Box::new(interruption));
    // The first claim of the phone's worker, which finds nothing.
    fixture.ready(&[&a]);
    let heard = timeout(Duration::from_secs(20), fixture.stage.heard("in between")).await;
    assert!(heard.is_ok(), "the wake-up was lost");
    runner.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_is_claimed_while_the_server_begins_to_stop_waits_as_before() {
    let clock = Arc::new(InterruptingClock::default());
    let fixture = Fixture::with_clock(clock.clone());
    let (a, _adbd) = phone("a").await;
    let ids = fixture.create(vec![tell("a", "too late")]).await;
    let runner = fixture.runner().await;

    let (ending, handle) = (runner.clone(), Handle::current());
    // The shutdown is requested and not awaited: it waits for the worker that is interrupted here.
    let ask = async move { assert!(timeout(Duration::ZERO, ending.shutdown()).await.is_err()) };
    let (asked, was_asked) = oneshot::channel();
    let interruption = move || {
        std::thread::spawn(move || handle.block_on(ask)).join().unwrap();
        asked.send(()).unwrap();
    };
    *clock.next.lock().unwrap() = Some(Box::new(interruption));
    fixture.ready(&[&a]);
    was_asked.await.unwrap();
    runner.shutdown().await;
    let detail = fixture.task(ids[0]).await;
    assert_eq!((detail.task.state, detail.attempts), (TaskState::Pending, vec![]));
    assert_eq!(fixture.stage.said(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_wake_up_is_lost_when_tasks_come_while_devices_claim() {
    let fixture = Fixture::new();
    let serials = ["a", "b", "c"];
    let mut phones = Vec::new();
    for serial in serials {
        phones.push(phone(serial).await);
    }
    let runner = fixture.runner().await;
    fixture.ready(&phones.iter().map(|(phone, _)| phone).collect::<Vec<_>>());
    let creators = (0..4).map(|creator| {
        let (store, runner, clock) = (fixture.store.clone(), runner.clone(), fixture.clock.clone());
        tokio::spawn(async move {
            for number in 0..30 {
                let serial = serials[number % serials.len()];
                let new = tell(serial, &format!("{creator} {number}"));
                create_tasks(&store, vec![new], clock.now()).await;
                runner.wake();
            }
        })
    });
    for creator in creators.collect::<Vec<_>>() {
        creator.await.unwrap();
    }
    fixture.stage.heard_many(120).await;
    runner.shutdown().await;
    assert_eq!(fixture.store.tasks().stats().await.unwrap().completed, 120);
}
