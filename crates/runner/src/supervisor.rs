//! Keeps one worker for each phone that was ever ready. A phone keeps its worker while it is away, so that a phone that
//! comes back never gets a second one beside a first that is still cleaning up.

use std::sync::Arc;

use tikmatrix_device::registry::PhoneEntry;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cluster::Neighbours;
use crate::context::Shared;
use crate::worker::device_info_poller;
use crate::worker::worker;

/// Ends when the runner was told to and every worker has ended; until then this server says that it lives.
pub(crate) async fn run(
    shared: Arc<Shared>,
    phones: watch::Receiver<Vec<PhoneEntry>>,
    neighbours: Neighbours,
) {
    // However this function ends, whoever waits for the end is told.
    let _ended = shared.ended.clone().drop_guard();
    let others = Arc::clone(&shared);
    let keeping = tokio::spawn(async move { neighbours.keep_in_touch(&others).await });
    supervise(&shared, phones).await;
    keeping.abort();
    if let Err(error) = shared.store.leave(shared.server.clone()).await {
        log::warn!("{error}");
    }
}

async fn supervise(shared: &Arc<Shared>, mut phones: watch::Receiver<Vec<PhoneEntry>>) {
    let mut workers = JoinSet::new();
    loop {
        let entries = phones.borrow_and_update().clone();
        for slot in shared.follow(entries.iter().filter_map(|entry| entry.phone.as_ref())) {
            workers.spawn(survey::run(Arc::clone(shared), Arc::clone(&slot)));
            workers.spawn(worker::run(Arc::clone(shared), slot));
        }
        tokio::select! {
            () = shared.stop.cancelled() => break,
            changed = phones.changed() => if changed.is_err() {
                // The registry is gone: its phones are what they are until the end.
                shared.stop.cancelled().await;
                break;
            }
        }
    }
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended {
            log::error!("the worker of a phone ended early: {error}");
        }
    }
}
