//! Keeps one worker for each device that was ever connected. A device keeps its worker while it is away, so that a device
//! that returns never gets a second worker beside one that is still cleaning up.

use std::sync::Arc;

use tikmatrix_device::registry::PhoneEntry;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cluster::Cluster;
use crate::context::RunnerContext;
use crate::worker::{device_info_poller, worker};

/// Runs the workers until the runner is stopped and every worker has ended; until then this server sends heartbeats.
pub(crate) async fn run(
    context: Arc<RunnerContext>,
    phones: watch::Receiver<Vec<PhoneEntry>>,
    cluster: Cluster,
) {
    // A shutdown returns in any case, even if this function panics.
    let _ended = context.ended.clone().drop_guard();
    let cluster_context = Arc::clone(&context);
    let membership = tokio::spawn(async move { cluster.run(&cluster_context).await });
    supervise(&context, phones).await;
    membership.abort();
    if let Err(error) = context.store.cluster().leave(context.server.clone()).await {
        log::warn!("{error}");
    }
}

async fn supervise(context: &Arc<RunnerContext>, mut phones: watch::Receiver<Vec<PhoneEntry>>) {
    let mut workers = JoinSet::new();
    loop {
        let entries = phones.borrow_and_update().clone();
        for device in context.devices.update(&entries) {
            workers.spawn(device_info_poller::run(Arc::clone(context), Arc::clone(&device)));
            workers.spawn(worker::run(Arc::clone(context), device));
        }
        tokio::select! {
            () = context.stop.cancelled() => break,
            changed = phones.changed() => if changed.is_err() {
                // The registry is gone: its phones do not change any more.
                context.stop.cancelled().await;
                break;
            }
        }
    }
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended {
            log::error!("the worker of a device ended early: {error}");
        }
    }
}
