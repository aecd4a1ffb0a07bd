//! Addresses at which the server connects to phones, and scans of a network for them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::device::DeviceState;
use crate::fields::{HostAndPort, NetworkRange};

/// The address of a phone to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPhoneAddress {
    /// Where its adbd listens.
    pub address: HostAndPort,
}

/// A network to be scanned once for phones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkScan {
    /// The network.
    pub network: NetworkRange,
    /// The port of the phones' adbd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 65535, default = 5555)]
    pub port: Option<u16>,
    /// Whether the phones that are found are added, as by `POST /api/v1/device/address`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub add: Option<bool>,
}

/// An address at which the server connects to a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhoneAddress {
    /// `HOST:PORT` of the phone's adbd.
    pub address: String,
    /// Whether it was given when the server was started (`--phone`), and cannot be removed here.
    pub configured: bool,
}

/// All addresses: those that were configured, then those that were added, each in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhoneAddressList {
    /// The addresses.
    pub addresses: Vec<PhoneAddress>,
    /// How many there are.
    pub total: usize,
}

/// The result of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Scan {
    /// How many addresses were tried: all of the network unless it took more than 30 s.
    pub scanned: usize,
    /// The phones, in the order of their addresses.
    pub phones: Vec<FoundPhone>,
}

/// A phone that a scan found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundPhone {
    /// `HOST:PORT` of its adbd.
    pub address: String,
    /// Its serial; `null` for a phone that did not accept this server's key.
    pub serial: Option<String>,
    /// `ready`, `authorizing` or `unauthorized`.
    pub state: DeviceState,
    /// Why it is not ready, in one sentence.
    pub reason: Option<String>,
    /// Whether its address was added.
    pub added: bool,
}
