//! The route to a phone: directly to its adbd, or through an adb server.

use std::fmt;

use tikmatrix_domain::clean;

use crate::adb::keys::KeyStore;
use crate::adb::reach::Reach;
use crate::adb::server::AdbServer;

/// The route to a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Its adbd listens on TCP.
    Direct {
        /// `HOST:PORT`.
        address: String,
        /// Where its address may lead.
        reach: Reach,
        /// The keys for a phone that asks for authorisation.
        keys: KeyStore,
    },
    /// An adb server lists it.
    Server {
        /// The server.
        server: AdbServer,
        /// Its name on the server's list.
        serial: String,
        /// The server's number for this connection of the phone; without it the serial decides.
        transport_id: Option<u64>,
    },
    /// A tape answers in the place of the phone.
    Tape {
        /// The serial number of the phone that was recorded.
        serial: String,
    },
}

impl Route {
    /// Returns the name of a phone that reports no serial number.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Direct { address, .. } => address,
            Self::Server { serial, .. } | Self::Tape { serial } => serial,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct { address, .. } => formatter.write_str(address),
            Self::Server { server, serial, .. } => {
                write!(formatter, "{} at the adb server {server}", clean(serial))
            }
            Self::Tape { serial } => write!(formatter, "{} on a tape", clean(serial)),
        }
    }
}
