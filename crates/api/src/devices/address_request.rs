//! Addresses of phones in the bodies and paths of `/api/v1/device/address` and `/api/v1/device/scan`.

use serde_json::Value;
use tikmatrix_device::registry::{Network, NetworkError, parse_address};

use crate::http::error::ApiError;
use crate::http::fields::Fields;

/// The port on which `adb tcpip 5555` makes a phone listen.
const USUAL_PORT: u16 = 5555;

/// What is to be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScanRequest {
    /// Where phones are looked for.
    pub(crate) network: Network,
    /// The port of their adbd.
    pub(crate) port: u16,
    /// Whether what is found is added.
    pub(crate) add: bool,
}

/// Reads the body of `POST /api/v1/device/address`: an address.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn create(body: Value) -> Result<String, ApiError> {
    let mut fields = Fields::begin(body)?;
    let address = fields.parsed("address", |text| parse_address(text).map_err(|error| error.to_string()));
    if address.is_none() && !fields.has_problem_with(&["address"]) {
        fields.problem("address", "is required");
    }
    fields.end()?;
    Ok(address.unwrap_or_default())
}

/// Reads the address in a path.
///
/// # Errors
/// 40001.
pub(crate) fn in_path(text: &str) -> Result<String, ApiError> {
    parse_address(text).map_err(|error| ApiError::invalid("address", error.to_string()))
}

/// Reads the body of `POST /api/v1/device/scan`: a network, a port (default 5555), and whether to add what is found.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn scan(body: Value) -> Result<ScanRequest, ApiError> {
    let mut fields = Fields::begin(body)?;
    let network: Option<Network> =
        fields.parsed("network", |text| text.parse().map_err(|error: NetworkError| error.to_string()));
    if network.is_none() && !fields.has_problem_with(&["network"]) {
        fields.problem("network", "is required");
    }
    let port = fields.whole("port", 1..=i64::from(u16::MAX));
    let add = fields.flag("add").unwrap_or(false);
    fields.end()?;
    let port = port.and_then(|port| u16::try_from(port).ok()).unwrap_or(USUAL_PORT);
    network
        .map(|network| ScanRequest { network, port, add })
        .ok_or_else(|| ApiError::invalid("network", "is required"))
}
