//! What the routes work with.

use std::hash::RandomState;
use std::sync::Arc;

use actix_web::web::Bytes;
use tikmatrix_device::registry::{PhoneEntry, Registry};
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::{Clock, Settings};
use tikmatrix_runner::Runner;
use tikmatrix_storage::Store;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::devices::saved_addresses::SavedAddresses;
use crate::license::license_gate::LicenseGate;
use crate::materials::library::Library;
use crate::tasks::idempotency::KeysInFlight;

/// The parts of a running server that answer requests.
pub(crate) struct AppState {
    /// Where the tasks are.
    pub(crate) store: Store,
    /// Where the files of materials are.
    pub(crate) library: Library,
    /// What tasks can be made of.
    pub(crate) scripts: ScriptRegistry,
    /// The phones that are configured, as they come and go.
    pub(crate) phones: watch::Receiver<Vec<PhoneEntry>>,
    /// Who connects them.
    pub(crate) registry: Arc<Registry>,
    /// Addresses of phones that the server was started with.
    pub(crate) configured_addresses: Vec<String>,
    /// Addresses of phones that were added since.
    pub(crate) saved_addresses: SavedAddresses,
    /// Held by the scan that is under way.
    pub(crate) scanning: tokio::sync::Mutex<()>,
    /// Who runs them.
    pub(crate) runner: Runner,
    /// The keys of requests that are under way.
    pub(crate) keys_in_flight: KeysInFlight,
    /// What they may do.
    pub(crate) gate: LicenseGate,
    /// The settings as they were last changed: every new task is made by them, and every waiting task that is shown
    /// tells whether none is begun.
    pub(crate) settings: watch::Sender<Settings>,
    /// What entity tags are made with.
    pub(crate) tag_keys: RandomState,
    /// Cancelled when the server ends, and answers without an end are to end with it.
    pub(crate) ending: CancellationToken,
    /// What the API is, for programs: the OpenAPI document.
    pub(crate) openapi: Bytes,
    /// What time it is.
    pub(crate) clock: Arc<dyn Clock>,
}
