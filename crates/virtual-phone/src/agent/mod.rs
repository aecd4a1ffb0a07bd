//! The on-device agent that the Python package `uiautomator2` pushes, starts and talks to: JSON-RPC over HTTP on a
//! socket of the phone.
//!
//! It needs no idle screen, sees every window, and is the only user of the phone's accessibility service while it runs.
//! Sources: the package's Python code, which shows what is requested and how the answers are used; AOSP's and
//! androidx's `uiautomator`, which do the work on a phone.

mod dump;
mod error;
mod json_rpc;
mod methods;
mod nodes;
mod parameters;
mod selector;
pub(crate) mod server;
pub(crate) mod state;
#[cfg(test)]
mod tests;
