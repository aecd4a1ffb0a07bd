//! Everything that needs no program of others: the codecs and the handshake, one phone's operations, the registry, and
//! the script engine with its tapes, against a virtual phone or a peer that a test plays.

mod adb;
#[path = "../../examples/phone.rs"]
#[expect(dead_code, reason = "a test calls the example's function, not its `main`")]
mod example;
mod peer;
mod phone;
#[path = "../played_server/mod.rs"]
mod played_server;
#[path = "../played_server/forward.rs"]
mod port_forward;
mod registry;
mod script;
