//! Creation of tasks.

pub(crate) mod configs;
pub(crate) mod insert;
pub(crate) mod interval_shift;
pub(crate) mod prepare;
pub(crate) mod requests;
pub(crate) mod unknown_names;
