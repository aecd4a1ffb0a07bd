//! The source of materials that no other task gets at the same time. A script never reads a database: the runner records
//! what was taken, by which task, and with which result.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tikmatrix_domain::{LocalFile, Material, MaterialQuery};

/// A material that the script's task has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryMaterial {
    /// What is known of it.
    pub material: Material,
    /// Its file on this machine.
    pub path: PathBuf,
}

/// Why a script got no material.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum MaterialsError {
    /// Fewer are free than were wanted; none was taken.
    #[error("only {found} unused materials of the library fit")]
    TooFew {
        /// So many.
        found: usize,
    },
    /// The record of materials cannot be reached.
    #[error("the record of materials cannot be reached: {reason}")]
    Unavailable {
        /// Why not.
        reason: String,
        /// Whether it may be reachable later without intervention.
        transient: bool,
    },
}

/// Materials for one run of a script. What is taken is the run's own until it ends, and used if it succeeds.
#[async_trait]
pub trait Materials: Send + Sync {
    /// Takes materials from the library; `seed` decides which.
    ///
    /// # Errors
    /// [`MaterialsError`]; none is taken then.
    async fn take(&self, query: MaterialQuery, seed: u64) -> Result<Vec<LibraryMaterial>, MaterialsError>;

    /// Takes one of `files` that no task has used; `seed` decides which. `None` if there is none.
    ///
    /// # Errors
    /// [`MaterialsError::Unavailable`].
    async fn take_file(&self, files: Vec<LocalFile>, seed: u64) -> Result<Option<LocalFile>, MaterialsError>;

    /// Takes the next turn of the run's account among the lines of `source`, a hash or a short text, and returns its number,
    /// from 0. Until the run ends no other gets it; it counts as used if the run succeeds. Default: there is no record, and
    /// each turn is the first.
    ///
    /// # Errors
    /// [`MaterialsError::Unavailable`].
    async fn take_turn(&self, _source: String) -> Result<u64, MaterialsError> {
        Ok(0)
    }
}

/// For scripts that are run beside any record: there is nothing to take.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMaterials;

#[async_trait]
impl Materials for NoMaterials {
    async fn take(&self, _query: MaterialQuery, _seed: u64) -> Result<Vec<LibraryMaterial>, MaterialsError> {
        Err(MaterialsError::TooFew { found: 0 })
    }

    async fn take_file(
        &self,
        _files: Vec<LocalFile>,
        _seed: u64,
    ) -> Result<Option<LocalFile>, MaterialsError> {
        Ok(None)
    }
}
