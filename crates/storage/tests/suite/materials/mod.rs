//! Materials: the library, and the reservations of tasks.

pub(crate) mod library;
mod reservation;
mod turns;
