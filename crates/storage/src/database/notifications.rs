//! Notifications of changes. A notification says that something may have changed, and never what: that is read from the
//! database, so that a slow subscriber costs no memory.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;

/// How often a subscriber of a PostgreSQL database is woken without a notification: servers that share the database do not
/// notify each other of their changes.
const SHARED_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// A subscription to the changes of the database.
#[derive(Debug)]
pub struct ChangeNotifications {
    commits: watch::Receiver<()>,
    /// Whether other servers write to the database too.
    is_shared: bool,
}

impl ChangeNotifications {
    pub(crate) fn new(commits: watch::Receiver<()>, is_shared: bool) -> Self {
        Self { commits, is_shared }
    }

    /// Waits until something may have changed since the last return. It is safe to cancel.
    pub async fn changed(&mut self) {
        let poll = async {
            if self.is_shared {
                tokio::time::sleep(SHARED_POLL_INTERVAL).await;
            } else {
                pending::<()>().await;
            }
        };
        tokio::select! {
            changed = self.commits.changed() => if changed.is_err() {
                // The store is closed: nothing changes any more.
                pending::<()>().await;
            },
            () = poll => {}
        }
    }
}
