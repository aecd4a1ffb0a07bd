//! The worker of one phone, and what belongs to an attempt.

pub(crate) mod attempt;
pub(crate) mod clock_sleep;
pub(crate) mod device_info_poller;
pub(crate) mod liveness_probe;
pub(crate) mod materials;
pub(crate) mod recovery;
pub(crate) mod running_tasks;
#[expect(clippy::module_inception, reason = "the module holds the type that the folder is named after")]
pub(crate) mod worker;
