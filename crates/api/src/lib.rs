//! The TikMatrix server as a library: the HTTP API over tasks, and the composition of storage, phones and runner that
//! answers it. Which scripts it has, and which phones, whoever builds it says; the binary `tikmatrix` is one of those.
//!
//! ```no_run
//! # async fn example() -> Result<(), tikmatrix_api::StartError> {
//! let server = tikmatrix_api::Server::builder("data").port(0).phone("192.168.1.20:5555").start().await?;
//! println!("listening on {}", server.url());
//! server.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod access;
mod builder;
mod core;
mod envelope;
mod error;
mod event_keeping;
mod gate;
mod installed;
mod json;
mod kept_addresses;
mod library;
mod listen;
mod load;
mod metrics;
mod openapi;
mod patience;
mod request;
mod routes;
mod server;
mod serving;
mod start_error;
mod unreadable;
mod view;

pub use access::{HostName, NewToken, TokenFileError, TokenHash, refuse_foreign};
pub use builder::ServerBuilder;
pub use installed::{license_path, read_license};
pub use openapi::document as openapi_document;
pub use server::{Server, open_data};
pub use start_error::StartError;
