//! The adbd side of ADB over TCP: connections, streams and the services behind them. Packets and frames are cut by the
//! device crate's codecs; what a shell or a file does is left to `shell` and `filesystem`.

mod admission;
mod connection;
mod listener;
mod pairing;
mod reverse_service;
mod service;
mod shell_service;
mod socket_service;
mod stream;
mod sync_service;
mod tls;
mod transmit;
mod wire;

pub(crate) use listener::listen;
pub(crate) use pairing::offer as offer_pairing;
pub(crate) use wire::{Burst, Wire};
