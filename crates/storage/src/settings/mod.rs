//! Settings, and the age of the installation.

pub(crate) mod installation;
pub(crate) mod operations;
