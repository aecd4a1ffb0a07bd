//! The TikMatrix server as a library: the HTTP API over tasks, and the composition of storage, phones and runner that
//! answers it. Its [`ServerConfig`] says which scripts and phones it has; the program `tikmatrix` is one that uses it.
//!
//! Features, all on by default: `cli` (the program), `swagger` (the page `/docs`), `postgres` (databases on a PostgreSQL
//! server), `mdns` (phones that announce themselves), `virtual-phones` (the virtual phones of the program).

mod accounts;
mod apps;
mod audit;
mod config;
mod data_directory;
mod devices;
mod events;
mod groups;
mod http;
mod license;
mod materials;
mod monitoring;
mod routes;
mod scripts;
mod server;
mod settings;
mod start_error;
mod start_page;
mod state;
mod tasks;
mod text_file;
mod tokens;
mod webhooks;

pub use config::{ExtraRoutes, ServerConfig};
pub use data_directory::{
    artifacts_folder, create_data_directory, database_path, materials_folder, open_data,
};
pub use devices::saved_addresses::path as saved_addresses_path;
pub use http::middleware::host::refuse_foreign;
pub use http::middleware::host_names::HostName;
pub use http::openapi::document as openapi_document;
pub use license::license_file::{license_path, read_license};
pub use license::running_server::RunningServer;
pub use server::Server;
pub use start_error::StartError;
pub use text_file::{read_text, read_text_file};
pub use tokens::token::{NewToken, TokenHash};
pub use tokens::token_file::TokenFileError;
