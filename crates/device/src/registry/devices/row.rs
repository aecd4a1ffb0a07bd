//! One endpoint in the table, with all that is known of the phone there.

use std::sync::Arc;

use tikmatrix_domain::Serial;
use tokio::sync::Notify;

use super::identity::PhoneIdentity;
use crate::phone::Phone;
use crate::registry::endpoint::{Endpoint, PhoneState};

/// One endpoint.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) endpoint: Endpoint,
    pub(super) serial: Option<Serial>,
    pub(super) state: PhoneState,
    /// The connection that is used, or would be if no other phone reported this serial.
    pub(super) phone: Option<Phone>,
    /// What the phone said over the last connection; `None` before the first.
    pub(super) identity: Option<PhoneIdentity>,
    /// The endpoints at which other phones report the same serial. They stay until an endpoint is removed or connected again:
    /// a phone that goes away must not leave its tasks to another one.
    pub(super) rivals: Vec<Endpoint>,
    /// Notified when another endpoint may have preempted this one, or may have released the phone.
    pub(super) changed: Arc<Notify>,
}

impl Row {
    /// Returns whether the phone that a connection leads to now is certainly not the one that this endpoint led to first.
    /// What an adb server lists is another endpoint with every connection.
    pub(super) fn is_taken_by_another(&self, serial: &Serial, identity: &PhoneIdentity) -> bool {
        let (Some(known), Endpoint::Tcp(_) | Endpoint::WirelessDebugging(_)) =
            (&self.identity, &self.endpoint)
        else {
            return false;
        };
        identity.is_other_phone(known)
            || (self.serial.as_ref() != Some(serial) && !identity.is_same_phone(known))
    }

    /// Returns whether this endpoint leads to another phone than one of the same serial that says `identity` now.
    pub(super) fn leads_elsewhere(&self, identity: &PhoneIdentity) -> bool {
        self.identity.as_ref().is_some_and(|own| match self.phone {
            Some(_) => !own.is_same_connected(identity),
            None => identity.is_other_phone(own),
        })
    }
}
