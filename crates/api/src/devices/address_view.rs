//! Addresses at which phones are looked for, and what a scan found, as the API shows them.

use serde::Serialize;
use tikmatrix_device::registry::FoundPhone;
use utoipa::ToSchema;

use crate::devices::view::DeviceState;

/// An address at which a phone is looked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PhoneAddress)]
pub(crate) struct PhoneAddressView {
    /// `HOST:PORT` of the phone's adbd.
    pub(crate) address: String,
    /// Whether it was given when the server was started (`--phone`), and cannot be removed here.
    pub(crate) configured: bool,
}

/// All addresses: those that were configured, then those that were added, each in order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PhoneAddressList)]
pub(crate) struct PhoneAddressListView {
    /// The addresses.
    pub(crate) addresses: Vec<PhoneAddressView>,
    /// How many there are.
    pub(crate) total: usize,
}

/// What a scan found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scan)]
pub(crate) struct ScanView {
    /// How many addresses were looked at: all of the network unless it took more than 30 s.
    pub(crate) scanned: usize,
    /// The phones, in the order of their addresses.
    pub(crate) phones: Vec<FoundPhoneView>,
}

/// A phone that a scan found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundPhone)]
pub(crate) struct FoundPhoneView {
    /// `HOST:PORT` of its adbd.
    address: String,
    /// Its serial; `null` for a phone that did not let this computer in.
    serial: Option<String>,
    /// `ready`, `authorizing` or `unauthorized`.
    state: &'static str,
    /// Why it is not ready, in one sentence.
    reason: Option<String>,
    /// Whether it is looked for at this address from now on.
    added: bool,
}

impl FoundPhoneView {
    pub(crate) fn new(phone: FoundPhone, added: bool) -> Self {
        Self {
            state: DeviceState::from(&phone.state).text(),
            reason: phone.state.reason().map(str::to_owned),
            address: phone.address,
            serial: phone.serial.map(|serial| serial.to_string()),
            added,
        }
    }
}
