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

mod accounts;
mod config;
mod devices;
mod events;
mod groups;
mod http;
mod http_server;
mod license;
mod listeners;
mod materials;
mod monitoring;
mod routes;
mod scripts;
mod server;
mod settings;
mod start_error;
mod state;
mod tasks;
mod tokens;

pub use config::ServerBuilder;
pub use http::middleware::host::refuse_foreign;
pub use http::middleware::host_names::HostName;
pub use http::openapi::document as openapi_document;
pub use license::license_file::{license_path, read_license};
pub use server::{Server, open_data};
pub use start_error::StartError;
pub use tokens::token::{NewToken, TokenHash};
pub use tokens::token_file::TokenFileError;
