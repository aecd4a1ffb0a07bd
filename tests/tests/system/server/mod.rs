//! The server as a program: its options, its database, its licence, and who may use it.

mod access;
mod backup;
mod configuration;
mod database_faults;
mod licenses;
mod limits;
mod openapi;
mod settings;
mod typed_client;
