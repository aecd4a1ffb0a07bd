//! Marks of attempts: before a script does what cannot be undone, it stores durably what it saw before. A later attempt at
//! the same task compares the phone with that, and never does it twice.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// Why a mark could not be stored or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("what is about to be done on the phone cannot be recorded: {reason}")]
pub struct MarkError {
    /// The cause.
    pub reason: String,
    /// Whether it may be possible later without intervention.
    pub transient: bool,
}

/// The mark of an earlier attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierMark {
    /// What the attempt saw before it did what cannot be undone.
    pub seen: Value,
    /// The marks that other tasks of the script have set since, on the phone or for the account, in no order.
    pub others_since: Vec<Value>,
}

/// Stores the marks of one task. Where they are stored is up to the runner.
#[async_trait]
pub trait Marks: Send + Sync {
    /// Stores the mark of this attempt, in place of an earlier one of the same attempt.
    ///
    /// # Errors
    /// [`MarkError`]; what it announces must not be done then.
    async fn set(&self, mark: &Value) -> Result<(), MarkError>;

    /// Withdraws the marks of this attempt and all before it: what they announced was certainly not done.
    ///
    /// # Errors
    /// [`MarkError`]; the marks stand then.
    async fn withdraw(&self) -> Result<(), MarkError>;
}

/// For runs without a task: nothing is stored.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMarks;

#[async_trait]
impl Marks for NoMarks {
    async fn set(&self, _mark: &Value) -> Result<(), MarkError> {
        Ok(())
    }

    async fn withdraw(&self) -> Result<(), MarkError> {
        Ok(())
    }
}
