//! Why a server could not start.

use std::io;
use std::path::PathBuf;

use thiserror::Error;
use tikmatrix_storage::StorageError;

/// Why a server could not start; nothing of it runs then.
#[derive(Debug, Error)]
pub enum StartError {
    /// Another program listens there.
    #[error(
        "port {port} is in use by another program: choose another one with --port, or 0 for any free one"
    )]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The machine does not let the server listen.
    #[error("cannot listen on port {port} of this machine: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// What the machine says.
        source: io::Error,
    },
    /// The data directory cannot be made or used.
    #[error("cannot use the data directory {}: {source}", path.display())]
    DataDirectory {
        /// The directory.
        path: PathBuf,
        /// What the machine says.
        source: io::Error,
    },
    /// The database does not open.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The HTTP server does not start.
    #[error("cannot serve HTTP: {0}")]
    Http(io::Error),
}
