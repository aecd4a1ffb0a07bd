//! Keeps phones connected: a supervisor for each endpoint, and one table of the phones that they lead to.

mod adb_server_watcher;
mod address;
mod backoff;
mod connection_supervisor;
mod device_table;
mod endpoint;
mod mdns;
#[expect(clippy::module_inception, reason = "it holds `Registry`")]
mod registry;
mod scan;
mod source;
mod state;

pub use address::{AddressError, parse_address};
pub use backoff::Backoff;
pub use connection_supervisor::RegistryOptions;
pub use endpoint::{Endpoint, EndpointEntry, PhoneEntry};
pub use mdns::{Announcement, Discovery, DiscoveryError};
pub use registry::Registry;
pub use scan::{FoundPhone, Network, NetworkError, Scan};
pub use state::PhoneState;
