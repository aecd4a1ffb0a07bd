//! Devices as they are remembered.

pub(crate) mod operations;
pub(crate) mod rows;
