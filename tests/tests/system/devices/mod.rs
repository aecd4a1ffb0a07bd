//! Phones: how they are found, reached and let in, and the accounts on them.

mod accounts;
mod keys;
mod network;
mod phones;
