//! The ways to phones as a registry publishes them: which phone, by which of its ways, in which state.

use std::fmt;
use std::sync::Arc;

use tikmatrix_domain::Serial;

use super::state::PhoneState;
use crate::adb::server::AdbServer;
use crate::phone::Phone;

/// Where a phone is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// Its adbd listens at this address (`HOST:PORT`).
    Tcp(Arc<str>),
    /// It announces its wireless debugging in the local network under this name; where it listens changes.
    WirelessDebugging(Arc<str>),
    /// An adb server knows it.
    AdbServer {
        /// The server.
        server: AdbServer,
        /// What the server calls the phone.
        name: Arc<str>,
        /// The server's number for this connection of the phone, if it gives numbers.
        transport_id: Option<u64>,
    },
}

impl Endpoint {
    /// Direct connections are better: behind an adb server one dead phone holds up the others.
    pub(super) fn priority(&self) -> u8 {
        match self {
            Self::Tcp(_) | Self::WirelessDebugging(_) => 0,
            Self::AdbServer { .. } => 1,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => formatter.write_str(address),
            Self::WirelessDebugging(instance) => formatter.write_str(instance),
            Self::AdbServer { server, name, .. } => write!(formatter, "{name} at the adb server {server}"),
        }
    }
}

/// One way to a phone, and how the phone is seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointEntry {
    /// The way.
    pub endpoint: Endpoint,
    /// How the phone is seen there. A way that is ready but not in use led to the phone when it was last tried, and
    /// takes over when the one in use fails.
    pub state: PhoneState,
    /// Whether the phone is used by this way.
    pub in_use: bool,
}

/// One phone, however many ways lead to it.
#[derive(Debug, Clone)]
pub struct PhoneEntry {
    /// Its serial number, once it was known; kept while it is away.
    pub serial: Option<Serial>,
    /// How it is doing: as seen by the way in use, else by the one that says most.
    pub state: PhoneState,
    /// The connection, exactly while it is ready.
    pub phone: Option<Phone>,
    /// The ways to it, the one in use or else the one that says most first; never empty in what a registry publishes.
    pub endpoints: Vec<EndpointEntry>,
}

impl PhoneEntry {
    /// The way that is in use, or else the one that says most of the phone.
    #[must_use]
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.endpoints.first().map(|entry| &entry.endpoint)
    }
}
