//! The phones that the server is connected to or tries to reach, and the addresses at which it looks for them.

use std::io;
use std::sync::Arc;

use tikmatrix_device::registry::{PhoneEntry, Registry};
use tikmatrix_domain::Serial;
use tokio::sync::{Mutex, watch};

use crate::devices::saved_addresses::{MAX_ADDRESSES, SavedAddresses};
use crate::http::error::ApiError;

/// The connections of one server.
pub(crate) struct Connections {
    /// Connects the phones.
    pub(crate) registry: Arc<Registry>,
    /// The phones as they come and go.
    pub(crate) phones: watch::Receiver<Vec<PhoneEntry>>,
    /// Addresses that the server was started with.
    pub(crate) configured: Vec<String>,
    /// Addresses that were added since.
    pub(crate) saved: SavedAddresses,
    /// Held by the scan that is running.
    pub(crate) scanning: Mutex<()>,
}

impl Connections {
    /// The device of this serial as it is reached. Of several phones that report the serial, one that is connected.
    pub(crate) fn entry(&self, serial: &Serial) -> Option<PhoneEntry> {
        let phones = self.phones.borrow();
        let of_serial = phones.iter().filter(|entry| entry.serial.as_ref() == Some(serial));
        of_serial.min_by_key(|entry| !entry.is_connected()).cloned()
    }

    pub(crate) fn is_configured(&self, address: &str) -> bool {
        self.configured.iter().any(|configured| configured == address)
    }

    /// Connects the phone at an address from now on, and after every start of the server.
    ///
    /// # Errors
    /// 40001 when it may not be connected to or there is no room for another address, 50001 when it cannot be saved.
    pub(crate) async fn add(&self, address: &str) -> Result<(), ApiError> {
        if self.is_configured(address) {
            return Ok(());
        }
        if !self.saved.allow(address).await {
            let reason = format!(
                "{address} is where no phones may be added: link-local, multicast, broadcast and unspecified addresses are \
                 refused, and where the server was started with --phone-network all but those networks"
            );
            return Err(ApiError::invalid("address", reason));
        }
        if self.saved.add(address, &self.registry).await? {
            return Ok(());
        }
        let reason = format!("there are {MAX_ADDRESSES} addresses already: remove one first");
        Err(ApiError::invalid("address", reason))
    }

    /// Disconnects the phone at an address that was added; `false` if it was not.
    ///
    /// # Errors
    /// Of the file system.
    pub(crate) async fn remove(&self, address: &str) -> io::Result<bool> {
        self.saved.remove(address, &self.registry).await
    }
}
