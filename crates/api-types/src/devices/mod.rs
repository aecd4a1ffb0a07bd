//! Phones: the ones that the server knows, and the addresses at which it connects to them.

mod address;
mod device;

pub use address::{FoundPhone, NetworkScan, NewPhoneAddress, PhoneAddress, PhoneAddressList, Scan};
pub use device::{
    Device, DeviceList, DevicePatch, DeviceQuery, DeviceState, Size, StorageRoom, Way, WayKind,
};
