//! Errors of the server's start.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use thiserror::Error;
use tikmatrix_storage::StorageError;

use crate::tokens::token_file::TokenFileError;

/// Why a server could not start; nothing of it runs then.
#[derive(Debug, Error)]
pub enum StartError {
    /// Another program listens on the port.
    #[error(
        "port {port} is in use by another program on {address}: choose another one with --port, or 0 for any free one"
    )]
    PortInUse {
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
    },
    /// The operating system refuses to let the server listen.
    #[error("cannot listen on port {port} of {address}: {source}")]
    Listen {
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
        /// The error of the operating system.
        source: io::Error,
    },
    /// An address stands for others that were given too.
    #[error("cannot listen on {covered} besides {all}, which stands for it: give one of them")]
    Covered {
        /// The address that stands for every address.
        all: IpAddr,
        /// One that it stands for.
        covered: IpAddr,
    },
    /// Other machines could use the server, and there is no token.
    #[error(
        "{exposure}, and there is no token yet in {database}, so any machine could use the phones: create one with \
         `tikmatrix token create NAME` for the same --data-dir, --database-url or --config, or name a file of tokens \
         with --token-file"
    )]
    NoToken {
        /// Why a token is needed.
        exposure: String,
        /// Where the tokens would be.
        database: String,
    },
    /// The file of tokens cannot be used.
    #[error(transparent)]
    TokenFile(#[from] TokenFileError),
    /// The data directory cannot be made or used.
    #[error("cannot use the data directory {}: {source}", path.display())]
    DataDirectory {
        /// The directory.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The licence file cannot be read.
    #[error("cannot read the licence {}: {source}", path.display())]
    License {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The database does not open.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The HTTP server does not start.
    #[error("cannot serve HTTP: {0}")]
    Http(io::Error),
}
