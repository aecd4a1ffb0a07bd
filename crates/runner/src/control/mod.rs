//! What people do with tasks while they wait and run.

pub(crate) mod batch;
pub(crate) mod stop;
