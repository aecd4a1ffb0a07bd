//! Where a keeper finds its phone: an address that stays, one that is announced, or an adb server's word.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;

use super::PhoneState;
use super::discovery::Doubts;
use crate::adb::device_list::{ListedPhone, ListedState};
use crate::adb::key::KeyStore;
use crate::adb::server::AdbServer;
use crate::phone::{AdbCause, Route};

/// Where one phone is to be found.
#[derive(Debug)]
pub(super) enum Source {
    /// At this address, always, with these keys if it asks who is there.
    Address(Arc<str>, KeyStore),
    /// At the address that it last announced under a name.
    Announced {
        /// The name.
        instance: Arc<str>,
        /// The keys for a phone that asks who is there.
        keys: KeyStore,
        /// What was heard of it last.
        heard: watch::Receiver<Heard>,
        /// Where it is asked whether that holds.
        doubts: Doubts,
    },
    /// With an adb server, as its list says.
    Listed(AdbServer, watch::Receiver<ListedPhone>),
}

/// What was heard of a phone that announces itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    /// Where it listened last.
    pub(super) address: SocketAddr,
    /// Whether it still says so. An announcement is lost with the network, and may not come again for an hour, while the
    /// phone goes on listening where it was.
    pub(super) announced: bool,
}

impl Source {
    /// How to get to the phone now, or how it is doing when there is no getting to it.
    pub(super) fn route(&mut self) -> Result<Route, PhoneState> {
        match self {
            Self::Address(address, keys) => {
                Ok(Route::Direct { address: address.to_string(), keys: keys.clone() })
            }
            Self::Announced { heard, keys, .. } => {
                let address = heard.borrow_and_update().address;
                Ok(Route::Direct { address: address.to_string(), keys: keys.clone() })
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

    /// How a phone is doing that could not be connected to because of `cause`.
    pub(super) fn unreached(&self, cause: &AdbCause) -> PhoneState {
        match (self, PhoneState::after(cause)) {
            (Self::Announced { heard, .. }, PhoneState::Absent { reason }) if !heard.borrow().announced => {
                let place = "it no longer announces itself in the network, and where it was last,";
                PhoneState::Absent { reason: format!("{place} {reason}") }
            }
            (_, state) => state,
        }
    }

    /// Has the phone looked for anew, after it was not found where it was said to be.
    pub(super) fn look_again(&self) {
        if let Self::Announced { doubts, instance, .. } = self {
            doubts.about(instance);
        }
    }

    /// Waits until there may be another answer.
    pub(super) async fn changed(&mut self) {
        let gone = match self {
            Self::Address(..) => true,
            Self::Announced { heard, .. } => heard.changed().await.is_err(),
            Self::Listed(_, listed) => listed.changed().await.is_err(),
        };
        if gone {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until there is no getting to the phone any more, and gives how it is doing then.
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

/// How a phone is doing that an adb server sees so; none for one that can be used.
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
