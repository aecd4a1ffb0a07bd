//! The adbd side of ADB over TCP: connections, streams and the services behind them, with the device crate's codecs.

mod access;
mod connection;
mod listener;
mod service;
mod stream;
mod transmit;
mod wire;

pub(crate) use access::pairing::offer as offer_pairing;
pub(crate) use listener::listen;
pub(crate) use wire::{Burst, Wire};
