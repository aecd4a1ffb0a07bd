//! The one table of endpoints and phones: which endpoints lead to the same phone, through which it is used, and which phones
//! report a serial number that another one has.

pub(super) mod device_table;
pub(super) mod identity;
mod phones;
mod row;
