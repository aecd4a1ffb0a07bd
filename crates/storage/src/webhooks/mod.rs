//! Webhooks: their rows, the events that they have not read, and the deliveries to them.

pub(crate) mod deliveries;
pub(crate) mod delivery_log;
pub(crate) mod operations;
pub(crate) mod rows;
pub(crate) mod subscriptions;
