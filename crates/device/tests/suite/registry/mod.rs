//! Phones that come and go: reconnection, discovery, adb servers, probes, and faults of the cable.

mod conflict;
mod discovery;
mod faults;
mod liveness;
mod reconnection;
mod server_registry;
