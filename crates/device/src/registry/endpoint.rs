//! What a registry publishes: which phones there are, through which endpoints they are reached, and in which state.

use std::fmt;
use std::sync::Arc;

use tikmatrix_domain::{Serial, clean};

use crate::adb::server::AdbServer;
use crate::phone::{AdbCause, Phone};

/// The state of a phone. A ready one may be at work, which the runner knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneState {
    /// Nothing answers at the endpoint: the phone is switched off, out of the network or unplugged.
    Absent {
        /// The observation, as a message.
        reason: String,
    },
    /// The first connection is being made.
    Connecting,
    /// The phone asks its owner whether this computer may use it; it is retried automatically.
    Authorizing {
        /// The observation, as a message.
        reason: String,
    },
    /// The phone refuses this computer until a person allows it on its screen.
    Unauthorized {
        /// The observation, as a message.
        reason: String,
    },
    /// The phone is there and does not serve; it is retried automatically.
    Offline {
        /// The observation, as a message.
        reason: String,
    },
    /// The phone accepts connections and answers nothing: it is disconnected and connected again.
    Stalled {
        /// The observation, as a message.
        reason: String,
    },
    /// It is connected and answers, and another phone reports the same serial: neither is used.
    Conflict {
        /// The observation, as a message.
        reason: String,
    },
    /// It is connected and answers.
    Ready,
}

impl PhoneState {
    /// Returns the state of a phone that could not be connected to, or whose connection ended, because of `cause`.
    #[must_use]
    pub fn after(cause: &AdbCause) -> Self {
        let reason = cause.to_string();
        match cause {
            AdbCause::Unreachable(_) | AdbCause::NoServer(_) => Self::Absent { reason },
            AdbCause::Authorizing { .. } => Self::Authorizing { reason },
            AdbCause::Unauthorized(_) | AdbCause::NoKey(_) => Self::Unauthorized { reason },
            // A phone that does not accept the connection in time is unreachable: this one accepted it.
            AdbCause::DeadlinePassed(_) => Self::Stalled { reason },
            _ => Self::Offline { reason },
        }
    }

    /// Returns the observation, of a state that has one.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Absent { reason }
            | Self::Authorizing { reason }
            | Self::Unauthorized { reason }
            | Self::Offline { reason }
            | Self::Stalled { reason }
            | Self::Conflict { reason } => Some(reason),
            Self::Connecting | Self::Ready => None,
        }
    }

    /// Returns the priority of the state: of several endpoints of a phone, the lowest decides the state of the phone.
    pub(super) fn priority(&self) -> u8 {
        match self {
            Self::Ready | Self::Conflict { .. } => 0,
            Self::Authorizing { .. } => 1,
            Self::Unauthorized { .. } => 2,
            Self::Connecting => 3,
            Self::Stalled { .. } => 4,
            Self::Offline { .. } => 5,
            Self::Absent { .. } => 6,
        }
    }
}

/// Where a phone is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// Its adbd listens at this address (`HOST:PORT`).
    Tcp(Arc<str>),
    /// It announces its wireless debugging in the local network under this name; its address changes.
    WirelessDebugging(Arc<str>),
    /// An adb server lists it.
    AdbServer {
        /// The server.
        server: AdbServer,
        /// The phone's name on the server's list.
        name: Arc<str>,
        /// The server's number for this connection of the phone, if it gives numbers.
        transport_id: Option<u64>,
    },
}

impl Endpoint {
    /// Returns the priority, the lowest first. Direct connections are better: behind an adb server one dead phone delays
    /// the others.
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
            Self::AdbServer { server, name, .. } => {
                write!(formatter, "{} at the adb server {server}", clean(name))
            }
        }
    }
}

/// One endpoint of a phone, with the state of the phone there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointEntry {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The state of the phone there. An endpoint that is ready but not in use reached the phone when it was last tried, and
    /// takes over when the one in use fails.
    pub state: PhoneState,
    /// Whether the phone is used through this endpoint.
    pub in_use: bool,
}

/// One phone with all of its endpoints.
#[derive(Debug, Clone)]
pub struct PhoneEntry {
    /// Its serial number, once known; kept while the phone is away. Of several entries with one serial each is a phone of its
    /// own, and none of them has a connection.
    pub serial: Option<Serial>,
    /// Its state: at the endpoint in use, else at the one whose state has the highest priority.
    pub state: PhoneState,
    /// The connection, exactly while it is ready.
    pub phone: Option<Phone>,
    /// Its endpoints, the one that decides the state first; never empty in what a registry publishes.
    pub endpoints: Vec<EndpointEntry>,
}

impl PhoneEntry {
    /// Returns whether the phone is connected and answers, used or not.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        matches!(self.state, PhoneState::Ready | PhoneState::Conflict { .. })
    }

    /// Returns the endpoint that decides the state: the one in use, if any.
    #[must_use]
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.endpoints.first().map(|entry| &entry.endpoint)
    }
}
