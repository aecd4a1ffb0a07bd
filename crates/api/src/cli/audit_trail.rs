//! Changes that a command makes on the database itself, in its audit.

use tikmatrix_domain::{Actor, AuditRecord, AuditSubject, Clock as _, SystemClock};
use tikmatrix_storage::{AuditStore, StorageError, Store};

/// Records that a command did what the audit calls `operation`.
///
/// # Errors
/// Of the database.
pub(super) async fn record(
    store: &Store,
    operation: &str,
    subjects: Vec<AuditSubject>,
) -> Result<(), StorageError> {
    let record = AuditRecord {
        at: SystemClock.now(),
        actor: Actor::CommandLine,
        address: None,
        operation: operation.to_owned(),
        method: None,
        path: None,
        changed: subjects.iter().map(|subject| subject.count).max(),
        subjects,
        result: None,
    };
    AuditStore::of(store).record(&[record]).await
}
