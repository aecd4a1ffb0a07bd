//! The worker of one device, and everything that belongs to an attempt.

pub(crate) mod attempt;
pub(crate) mod claim;
pub(crate) mod device_info_poller;
pub(crate) mod materials;
pub(crate) mod recovery;
pub(crate) mod running_tasks;
#[expect(clippy::module_inception, reason = "the module holds what the folder is named after")]
pub(crate) mod worker;
