//! What one attempt stores while it runs: the materials that it takes, which are reserved under its lease and free again when
//! it ends without having published them, its mark, and the accounts that it finds on its phone.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tikmatrix_device::script::{
    AccountRecordError, AccountRecords, FoundAccounts, LibraryMaterial, MarkError, Marks, Materials,
    MaterialsError,
};
use tikmatrix_domain::{
    AccountChange, AccountUpsert, LeaseId, LocalFile, MaterialQuery, Patch, Serial, TaskId,
};
use tikmatrix_storage::{FileTaken, MaterialsTaken, StorageError};

use crate::context::RunnerContext;
use crate::retry::retry_until_done;

pub(crate) struct AttemptRecords {
    pub(crate) context: Arc<RunnerContext>,
    pub(crate) task: TaskId,
    pub(crate) lease: LeaseId,
    /// The device of the task.
    pub(crate) serial: Option<Serial>,
}

#[async_trait]
impl Materials for AttemptRecords {
    async fn take(&self, query: MaterialQuery, seed: u64) -> Result<Vec<LibraryMaterial>, MaterialsError> {
        let taken = self
            .context
            .store
            .reservations()
            .take_materials(query, self.task, self.lease.clone(), seed)
            .await;
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
        let taken =
            self.context.store.reservations().take_file(files, self.task, self.lease.clone(), seed).await;
        Ok(match taken.map_err(unavailable)? {
            FileTaken::Taken(file) => Some(file),
            FileTaken::NoneFree => None,
        })
    }

    async fn take_turn(&self, source: String) -> Result<u64, MaterialsError> {
        let turn = self.context.store.reservations().take_turn(source, self.task, self.lease.clone()).await;
        turn.map_err(unavailable)
    }
}

#[async_trait]
impl Marks for AttemptRecords {
    async fn set(&self, mark: &Value) -> Result<(), MarkError> {
        let set = async || {
            let (mark, now) = (mark.to_string(), self.context.clock.now());
            self.context.store.marks().set(self.task, self.lease.clone(), mark, now).await
        };
        retry_until_done(&self.context.stop, set).await.map_err(not_recorded)
    }

    async fn withdraw(&self) -> Result<(), MarkError> {
        let withdraw = async || self.context.store.marks().withdraw(self.task, self.lease.clone()).await;
        retry_until_done(&self.context.stop, withdraw).await.map_err(not_recorded)
    }
}

#[async_trait]
impl AccountRecords for AttemptRecords {
    async fn record(&self, found: FoundAccounts) -> Result<usize, AccountRecordError> {
        let FoundAccounts { app, package, usernames } = found;
        let details = AccountChange {
            package: package.map_or(Patch::Keep, Patch::Set),
            serial: self.serial.clone().map_or(Patch::Keep, Patch::Set),
            ..AccountChange::default()
        };
        let account = |username| AccountUpsert { username, app, details: details.clone() };
        let accounts: Vec<_> = usernames.into_iter().map(account).collect();
        let import =
            async || self.context.store.accounts().import(accounts.clone(), self.context.clock.now()).await;
        retry_until_done(&self.context.stop, import).await.map_err(|error| AccountRecordError {
            reason: error.to_string(),
            transient: error.is_transient(),
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn not_recorded(error: StorageError) -> MarkError {
    MarkError { reason: error.to_string(), transient: error.is_transient() }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn unavailable(error: StorageError) -> MaterialsError {
    MaterialsError::Unavailable { reason: error.to_string(), transient: error.is_transient() }
}
