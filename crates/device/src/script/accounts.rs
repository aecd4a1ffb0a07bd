//! The record of accounts. A script that reads on a phone which accounts are signed in reports them here: it never reads or
//! writes a database.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tikmatrix_domain::{AppId, PackageName, StandardFailure, Username};

use super::failure::Failure;

/// The accounts that a script found signed in on its phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAccounts {
    /// Their app.
    pub app: AppId,
    /// The app's package on the phone, if it is not the official one.
    pub package: Option<PackageName>,
    /// Their names, in the app's order.
    pub usernames: Vec<Username>,
}

/// Why accounts were not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("the accounts cannot be recorded: {reason}")]
pub struct AccountRecordError {
    /// Why not.
    pub reason: String,
    /// Whether it may work later without intervention.
    pub transient: bool,
}

impl From<AccountRecordError> for Failure {
    fn from(error: AccountRecordError) -> Self {
        let failure = Self::new(StandardFailure::Internal, error.to_string());
        if error.transient { failure.transient() } else { failure }
    }
}

/// Records the accounts of one run's phone.
#[async_trait]
pub trait AccountRecords: Send + Sync {
    /// Records each of the accounts as one that is bound to the run's device, and returns the number of new ones. Accounts
    /// that are known keep everything else.
    ///
    /// # Errors
    /// [`AccountRecordError`]; none is recorded then.
    async fn record(&self, found: FoundAccounts) -> Result<usize, AccountRecordError>;
}

/// For scripts that are run beside any record: nothing is stored.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAccountRecords;

#[async_trait]
impl AccountRecords for NoAccountRecords {
    async fn record(&self, _found: FoundAccounts) -> Result<usize, AccountRecordError> {
        Ok(0)
    }
}
