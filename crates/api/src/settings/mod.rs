//! The settings of the whole server.

pub(crate) mod convert;
pub(crate) mod handlers;

use tikmatrix_domain::Settings;
use tokio::sync::watch;

/// The settings as they were last changed: new tasks are created with them, and a waiting task reports whether all are
/// paused.
pub(crate) type CurrentSettings = watch::Sender<Settings>;
