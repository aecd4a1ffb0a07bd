//! `/api/v1/device`, with the addresses of phones and scans for them.

use tikmatrix_api_types::Deleted;
use tikmatrix_api_types::devices::{
    Device, DeviceList, DevicePatch, DeviceQuery, NetworkScan, NewPhoneAddress, PhoneAddress,
    PhoneAddressList, Scan,
};
use ureq::http::Method;

use crate::error::Error;
use crate::http::{Http, below, with_query};
use crate::items::Items;

const DEVICES: &str = "/api/v1/device";
const ADDRESSES: &str = "/api/v1/device/address";

/// Reads and changes phones, and the addresses at which the server connects to them.
#[derive(Debug, Clone, Copy)]
pub struct Devices<'client> {
    http: &'client Http,
}

impl<'client> Devices<'client> {
    pub(crate) fn new(http: &'client Http) -> Self {
        Self { http }
    }

    /// Returns one page of phones, by their serials.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn list(self, query: &DeviceQuery) -> Result<DeviceList, Error> {
        self.http.call(Method::GET, &with_query(DEVICES, query))
    }

    /// Iterates over every phone that `query` lets through.
    #[must_use]
    pub fn all(self, mut query: DeviceQuery) -> Items<'client, Device> {
        Items::new(move || {
            let list = self.list(&query)?;
            query.page = Some(list.page.saturating_add(1));
            Ok(Some(list.devices).filter(|devices| !devices.is_empty()))
        })
    }

    /// Returns one phone.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such phone.
    pub fn get(self, serial: &str) -> Result<Device, Error> {
        self.http.call(Method::GET, &below(DEVICES, serial))
    }

    /// Changes a phone's name or group and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such phone.
    pub fn change(self, serial: &str, change: &DevicePatch) -> Result<Device, Error> {
        self.http.call_with(Method::PATCH, &below(DEVICES, serial), change)
    }

    /// Deletes what is stored about a phone that is not connected.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 while it is connected or needed.
    pub fn delete(self, serial: &str) -> Result<Deleted, Error> {
        self.http.call(Method::DELETE, &below(DEVICES, serial))
    }

    /// Lists the addresses at which the server connects to phones.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn addresses(self) -> Result<PhoneAddressList, Error> {
        self.http.call(Method::GET, ADDRESSES)
    }

    /// Adds the address (`HOST:PORT`) of a phone, which is kept over restarts of the server.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn add_address(self, address: &str) -> Result<PhoneAddress, Error> {
        self.http.call_with(Method::POST, ADDRESSES, &NewPhoneAddress { address: address.into() })
    }

    /// Removes an address that was added.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such address.
    pub fn remove_address(self, address: &str) -> Result<Deleted, Error> {
        self.http.call(Method::DELETE, &below(ADDRESSES, address))
    }

    /// Scans a private network for phones once.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 42901 while another scan runs.
    pub fn scan(self, scan: &NetworkScan) -> Result<Scan, Error> {
        self.http.call_with(Method::POST, "/api/v1/device/scan", scan)
    }
}
