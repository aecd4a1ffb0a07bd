//! The streams of one direct connection: the table of all of them, the state of each, and the handle of its user.

mod credit;
pub(super) mod direct;
mod inbox;
mod stream_state;
pub(super) mod streams;
#[cfg(test)]
mod tests;
