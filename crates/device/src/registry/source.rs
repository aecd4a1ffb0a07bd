//! Where a supervisor finds its phone: a fixed address, one that is announced, or the list of an adb server.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;

use super::endpoint::PhoneState;
use crate::adb::keys::KeyStore;
use crate::adb::reach::Reach;
use crate::adb::server::AdbServer;
use crate::adb::server::device_list::{ListedPhone, ListedState};
use crate::phone::{AdbCause, Route};

/// Where one phone is found.
#[derive(Debug)]
pub(super) enum Source {
    /// At a fixed address.
    Address {
        /// `HOST:PORT`.
        address: Arc<str>,
        /// Where the address may lead.
        reach: Reach,
        /// The keys for a phone that asks for authorisation.
        keys: KeyStore,
    },
    /// At the address that it last announced.
    Announced {
        /// The name that it announces.
        instance: Arc<str>,
        /// The keys for a phone that asks for authorisation.
        keys: KeyStore,
        /// The last announcement.
        last_seen: watch::Receiver<LastSeen>,
        /// Asks the phone to confirm it.
        verifier: Verifier,
    },
    /// On the list of an adb server.
    Listed(AdbServer, watch::Receiver<ListedPhone>),
}

/// Asks announced phones to confirm their announcements; the answer, or its absence, comes as an announcement.
#[derive(Clone, Default)]
pub(super) struct Verifier(Option<Arc<Verify>>);

/// Asks the phone of this name.
type Verify = dyn Fn(&str) + Send + Sync;

impl Verifier {
    #[cfg(feature = "mdns")]
    pub(super) fn new(ask: Arc<Verify>) -> Self {
        Self(Some(ask))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Verifier")
    }
}

/// The last announcement of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastSeen {
    /// Its address.
    pub(super) address: SocketAddr,
    /// Whether it still holds. An announcement is lost with the network, and may not come again for an hour, while the phone
    /// goes on listening at its address.
    pub(super) announced: bool,
}

impl Source {
    /// Returns the route to the phone now, or its state when there is none.
    pub(super) fn route(&mut self) -> Result<Route, PhoneState> {
        match self {
            Self::Address { address, reach, keys } => {
                let (address, reach) = (address.to_string(), reach.clone());
                Ok(Route::Direct { address, reach, keys: keys.clone() })
            }
            Self::Announced { last_seen, keys, .. } => {
                let address = last_seen.borrow_and_update().address;
                Ok(Route::Direct { address: address.to_string(), reach: Reach::Anywhere, keys: keys.clone() })
            }
            Self::Listed(server, listed) => {
                let listed = listed.borrow_and_update().clone();
                match state_of(&listed) {
                    None => Ok(Route::Server {
                        server: server.clone(),
                        serial: listed.serial,
                        transport_id: listed.transport_id,
                    }),
                    Some(state) => Err(state),
                }
            }
        }
    }

    /// Returns the state of a phone that could not be connected to because of `cause`.
    pub(super) fn unreached(&self, cause: &AdbCause) -> PhoneState {
        match (self, PhoneState::after(cause)) {
            (Self::Announced { last_seen, .. }, PhoneState::Absent { reason })
                if !last_seen.borrow().announced =>
            {
                let last = "it no longer announces itself in the network, and where it was last,";
                PhoneState::Absent { reason: format!("{last} {reason}") }
            }
            (_, state) => state,
        }
    }

    /// Asks the phone to confirm its address, after it was not found there.
    pub(super) fn verify(&self) {
        if let Self::Announced { verifier: Verifier(Some(ask)), instance, .. } = self {
            ask(instance);
        }
    }

    /// Waits until the route may have changed.
    pub(super) async fn changed(&mut self) {
        let fixed = match self {
            Self::Address { .. } => true,
            Self::Announced { last_seen, .. } => last_seen.changed().await.is_err(),
            Self::Listed(_, listed) => listed.changed().await.is_err(),
        };
        if fixed {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until there is no route any more, and returns the state of the phone then.
    pub(super) async fn barred(&mut self) -> PhoneState {
        loop {
            self.changed().await;
            if let Self::Listed(..) = self
                && let Err(state) = self.route()
            {
                return state;
            }
        }
    }
}

/// Returns the state of a phone that an adb server lists so; `None` for one that can be used.
fn state_of(listed: &ListedPhone) -> Option<PhoneState> {
    Some(match &listed.state {
        ListedState::Device => return None,
        ListedState::Authorizing => PhoneState::Authorizing {
            reason: "it is deciding whether to let the adb server of this computer in".to_owned(),
        },
        ListedState::Connecting => PhoneState::Connecting,
        ListedState::Unauthorized => PhoneState::Unauthorized {
            reason: "it does not let the adb server of this computer in: allow USB debugging on its screen"
                .to_owned(),
        },
        ListedState::Offline => {
            PhoneState::Offline { reason: "the adb server says that it does not answer".to_owned() }
        }
        ListedState::Other(words) => PhoneState::Offline { reason: format!("the adb server says: {words}") },
    })
}
