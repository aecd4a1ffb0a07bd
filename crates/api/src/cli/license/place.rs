//! Which server a command is about: its data directory, and the key with which it verifies.

use std::path::PathBuf;

use clap::Args;
use tikmatrix_licensing::PublicKey;

use super::vendor_key;
use crate::cli::data_directory;

/// What `license install` and `license show` can both be told.
#[derive(Debug, Args)]
pub(in crate::cli) struct Place {
    /// The data directory of the server [default: the platform's place for a program's data]
    #[arg(long, env = "TIKMATRIX_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The vendor's public key, or a file that holds it; for builds that hold none
    #[arg(long, env = "TIKMATRIX_LICENSE_KEY", value_name = "FILE|KEY")]
    license_key: Option<String>,
    /// The server's configuration file, which may name both
    #[arg(long, env = "TIKMATRIX_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    /// The data directory.
    ///
    /// # Errors
    /// When none is named and the user has no home directory.
    pub(super) fn data_directory(&self) -> anyhow::Result<PathBuf> {
        self.data_dir.clone().map_or_else(data_directory::default, Ok)
    }

    /// The vendor's key, if there is one.
    ///
    /// # Errors
    /// As [`vendor_key()`].
    pub(super) fn vendor_key(&self) -> anyhow::Result<Option<PublicKey>> {
        vendor_key(self.license_key.as_deref())
    }
}
