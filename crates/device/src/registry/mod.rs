//! Keeps phones connected: a supervisor for each endpoint, and one table of the phones that they lead to.

mod adb_server_watcher;
mod address;
mod announcements;
mod connection_supervisor;
mod devices;
mod endpoint;
#[cfg(feature = "mdns")]
mod mdns;
#[expect(clippy::module_inception, reason = "it holds `Registry`")]
mod registry;
mod scan;
mod source;

pub use address::{AddressError, parse_address};
pub use announcements::{Announcement, Discovery, DiscoveryError};
pub use connection_supervisor::RegistryOptions;
pub use endpoint::{Endpoint, EndpointEntry, PhoneEntry, PhoneState};
pub use registry::Registry;
pub use scan::{FoundPhone, Network, NetworkError, Scan};
pub use tikmatrix_domain::Backoff;
