//! How to get to a phone: straight to its adbd, or by way of an adb server.

use std::fmt;

use crate::adb::keys::KeyStore;
use crate::adb::server::AdbServer;

/// The way to a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Its adbd listens on TCP.
    Direct {
        /// `HOST:PORT`.
        address: String,
        /// The keys for a phone that asks who is there.
        keys: KeyStore,
    },
    /// An adb server knows it.
    Server {
        /// The server.
        server: AdbServer,
        /// What the server calls it.
        serial: String,
        /// The server's number for this connection of the phone; the serial alone decides where it is none.
        transport_id: Option<u64>,
    },
    /// There is no phone: a tape answers in the place of this one.
    Tape {
        /// The serial number of the phone that was recorded.
        serial: String,
    },
}

impl Route {
    /// What the phone goes by that tells no serial number of its own.
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
            Self::Server { server, serial, .. } => write!(formatter, "{serial} at the adb server {server}"),
            Self::Tape { serial } => write!(formatter, "{serial} on a tape"),
        }
    }
}
