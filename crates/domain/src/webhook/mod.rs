//! Webhooks: what they subscribe to, how their deliveries are retried, and the addresses that they may call.

pub(crate) mod address;
pub(crate) mod delivery;
#[expect(clippy::module_inception, reason = "the module holds the type that the folder is named after")]
pub(crate) mod webhook;
