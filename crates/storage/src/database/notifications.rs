//! Word of changes for those who wait for them. It says that there may be something new and never what: that is read from
//! the database, which is why nobody who listens slowly costs memory.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;

/// Servers that share a PostgreSQL database do not tell each other of their changes: whoever waits looks this often.
const SHARED_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Whoever waits for changes.
#[derive(Debug)]
pub struct ChangeNotifications {
    commits: watch::Receiver<()>,
    /// Whether others write to the database too.
    is_shared: bool,
}

impl ChangeNotifications {
    pub(crate) fn new(commits: watch::Receiver<()>, is_shared: bool) -> Self {
        Self { commits, is_shared }
    }

    /// Returns when something may have changed since it last returned. Dropping it misses nothing.
    pub async fn changed(&mut self) {
        let by_others = async {
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
            () = by_others => {}
        }
    }
}
