//! Where a keeper finds its phone: an address that stays, one that is announced, or an adb server's word.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mdns_sd::ServiceDaemon;
use tokio::sync::watch;

use super::state::PhoneState;
use crate::adb::keys::KeyStore;
use crate::adb::server::AdbServer;
use crate::adb::server::device_list::{ListedPhone, ListedState};
use crate::phone::{AdbCause, Route};

/// For a phone to say that its announcement still holds.
const CONFIRMS_WITHIN: Duration = Duration::from_secs(10);

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
        last_seen: watch::Receiver<LastSeen>,
        /// Where it is asked whether that holds.
        verifier: Verifier,
    },
    /// With an adb server, as its list says.
    Listed(AdbServer, watch::Receiver<ListedPhone>),
}

/// Where a phone is asked whether what it announced still holds.
#[derive(Clone)]
pub(super) struct Verifier(Option<ServiceDaemon>);

impl Verifier {
    pub(super) fn new(daemon: Option<ServiceDaemon>) -> Self {
        Self(daemon)
    }

    /// Asks a phone; its answer, or its silence, changes what is known of it.
    pub(super) fn about(&self, instance: &str) {
        let asked = self.0.as_ref().map(|daemon| daemon.verify(instance.to_owned(), CONFIRMS_WITHIN));
        if let Some(Err(error)) = asked {
            log::debug!("{instance} cannot be asked for its address: {error}");
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Verifier")
    }
}

/// What was heard of a phone that announces itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastSeen {
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
            Self::Announced { last_seen, keys, .. } => {
                let address = last_seen.borrow_and_update().address;
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
            (Self::Announced { last_seen, .. }, PhoneState::Absent { reason })
                if !last_seen.borrow().announced =>
            {
                let place = "it no longer announces itself in the network, and where it was last,";
                PhoneState::Absent { reason: format!("{place} {reason}") }
            }
            (_, state) => state,
        }
    }

    /// Has the phone looked for anew, after it was not found where it was said to be.
    pub(super) fn look_again(&self) {
        if let Self::Announced { verifier, instance, .. } = self {
            verifier.about(instance);
        }
    }

    /// Waits until there may be another answer.
    pub(super) async fn changed(&mut self) {
        let gone = match self {
            Self::Address(..) => true,
            Self::Announced { last_seen, .. } => last_seen.changed().await.is_err(),
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
