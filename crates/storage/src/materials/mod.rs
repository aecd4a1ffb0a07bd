//! The library of materials, and the tasks that reserve them.

pub(crate) mod library;
pub(crate) mod reservation;
pub(crate) mod rows;
mod turns;
