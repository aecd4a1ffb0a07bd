//! Materials: the library, and the reservations of tasks.

mod library;
mod reservation;
