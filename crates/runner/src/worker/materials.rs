//! The materials that one attempt takes. They are reserved under its lease, so that they are free again when it ends
//! without having published them.

use std::sync::Arc;

use async_trait::async_trait;
use tikmatrix_device::script::{LibraryMaterial, Materials, MaterialsError};
use tikmatrix_domain::{LeaseId, LocalFile, MaterialQuery, TaskId};
use tikmatrix_storage::{FileTaken, MaterialsTaken, StorageError};

use crate::context::RunnerContext;

pub(crate) struct AttemptMaterials {
    pub(crate) context: Arc<RunnerContext>,
    pub(crate) task: TaskId,
    pub(crate) lease: LeaseId,
}

#[async_trait]
impl Materials for AttemptMaterials {
    async fn take(&self, query: MaterialQuery, seed: u64) -> Result<Vec<LibraryMaterial>, MaterialsError> {
        let taken = self.context.store.take_materials(query, self.task, self.lease.clone(), seed).await;
        match taken.map_err(unavailable)? {
            MaterialsTaken::Taken(all) => Ok(all
                .into_iter()
                .map(|material| {
                    let path = self.context.materials.join(&material.file.file);
                    LibraryMaterial { material, path }
                })
                .collect()),
            MaterialsTaken::TooFew(found) => Err(MaterialsError::TooFew { found }),
        }
    }

    async fn take_file(&self, files: Vec<LocalFile>, seed: u64) -> Result<Option<LocalFile>, MaterialsError> {
        let taken = self.context.store.take_file(files, self.task, self.lease.clone(), seed).await;
        Ok(match taken.map_err(unavailable)? {
            FileTaken::Taken(file) => Some(file),
            FileTaken::NoneFree => None,
        })
    }

    async fn begin_to_publish(&self) -> Result<(), MaterialsError> {
        let now = self.context.clock.now();
        let begun = self.context.store.begin_to_publish(self.task, self.lease.clone(), now).await;
        begun.map_err(unavailable)
    }

    async fn not_published(&self) -> Result<(), MaterialsError> {
        self.context.store.not_published(self.lease.clone()).await.map_err(unavailable)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn unavailable(error: StorageError) -> MaterialsError {
    MaterialsError::Unavailable { reason: error.to_string(), transient: error.is_transient() }
}
