//! The protocol: codecs, keys, the handshake, pairing, and peers that break the rules.

mod authorisation;
mod captured_log;
mod codecs;
mod endless_phone;
mod hostile_peer;
mod keys;
mod negotiation;
mod pairing;
mod scripted_peer;
mod smart_socket;
