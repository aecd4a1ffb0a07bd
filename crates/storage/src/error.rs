//! The errors of the store, by what the caller can decide on.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use thiserror::Error;
use tikmatrix_domain::{IllegalTransition, ImpossibleTask, OversizedRequest, TaskId};

use crate::database::url::sqlite_file::REPLACED;

/// The reason why an operation failed. Nothing of it was written then.
#[derive(Debug, Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum StorageError {
    /// The database could not be opened or migrated.
    #[error("the database {database} cannot be opened: {reason}")]
    Open {
        /// The database's file, or its URL without the password.
        database: String,
        /// The reason.
        reason: String,
    },
    /// Another server works on the same database.
    #[error(
        "the database {database} is in use by another server: stop that one, or choose another data directory"
    )]
    InUse {
        /// The database's file.
        database: String,
    },
    /// The database refused the operation, or could not be reached.
    #[error("could not {operation}: {reason}")]
    Database {
        /// The operation, such as `create tasks`.
        operation: &'static str,
        /// The database's message.
        reason: String,
        /// Whether the same operation may succeed later.
        transient: bool,
    },
    /// The disk of the database takes no writes: it is full, most likely. The same operation may succeed later.
    #[error("could not {operation}: the disk takes no writes: {reason}")]
    DiskFull {
        /// The operation.
        operation: &'static str,
        /// The database's message.
        reason: String,
    },
    /// The file of a SQLite database or its `-wal` file was removed, or another one is in its place.
    #[error("could not {operation}: {REPLACED}: put it back, or restart the server")]
    Replaced {
        /// The operation.
        operation: &'static str,
    },
    /// The operation was cut off before it had a result, by a bug or by the end of the program.
    #[error("could not {operation}: it was cut off")]
    CutOff {
        /// The operation.
        operation: &'static str,
    },
    /// There is no such task: it never existed, or it was deleted.
    #[error("there is no task {0}")]
    NoSuchTask(TaskId),
    /// The task's present state does not allow the operation.
    #[error("task {task}: {source}")]
    Illegal {
        /// The task.
        task: TaskId,
        /// The reason.
        source: IllegalTransition,
    },
    /// A request is for more than one request may create.
    #[error(transparent)]
    Oversized(OversizedRequest),
    /// A request names groups of devices that there are not.
    #[error("there is no group of devices {}", quoted(unknown.iter().map(|(_, name)| name)))]
    UnknownGroups {
        /// The names, each with its index among the groups of the request.
        unknown: Vec<(usize, String)>,
        /// The names that there are, in their order; of very many, the first.
        known: Vec<String>,
    },
    /// A request has no recipient, because the groups that it names have no device.
    #[error("there is no device in the group {}", quoted(groups))]
    EmptyGroups {
        /// The names of the groups.
        groups: Vec<String>,
    },
    /// Tasks of a request can never run. Each problem is listed once.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Impossible(Vec<ImpossibleTask>),
    /// The maximum number of tasks is pending.
    #[error(
        "{pending} tasks wait already, and no more than {max} may: {requested} more have to wait until some are done, \
         or deleted"
    )]
    QueueFull {
        /// The number of pending tasks.
        pending: u64,
        /// The maximum.
        max: u64,
        /// The number of tasks that the request would add.
        requested: usize,
    },
    /// The idempotency key of a request was used for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// The task was changed between being read and being written.
    #[error("task {0} was changed by another writer in the meantime")]
    Changed(TaskId),
    /// The database holds a value that this program does not write.
    #[error("the database holds an unreadable {what}: {value:?}")]
    Unreadable {
        /// The table and the column.
        what: &'static str,
        /// The value.
        value: String,
    },
}

impl StorageError {
    /// Returns the name of the error for programs, such as `queue_full`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// Returns whether the same operation may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Database { transient: true, .. } | Self::DiskFull { .. } | Self::Replaced { .. })
    }

    /// The error of an operation whose database is not there any more is told apart from the others.
    pub(crate) fn of_file(self) -> Self {
        match self {
            Self::Database { operation, reason, .. } if reason == REPLACED => Self::Replaced { operation },
            other => other,
        }
    }

    /// The error of an operation that writes: one of the disk is told apart from the others.
    pub(crate) fn of_write(self) -> Self {
        match self {
            Self::Database { operation, reason, .. }
                if DISK_FULL.iter().any(|text| reason.contains(text)) =>
            {
                Self::DiskFull { operation, reason }
            }
            other => other,
        }
    }
}

fn quoted<'name>(names: impl IntoIterator<Item = &'name String>) -> String {
    names.into_iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// What ends an operation early, before the name of the operation is added.
#[derive(Debug)]
pub(crate) enum Fault {
    Database(DieselError),
    Refused(StorageError),
}

impl From<DieselError> for Fault {
    fn from(error: DieselError) -> Self {
        Self::Database(error)
    }
}

impl From<StorageError> for Fault {
    fn from(error: StorageError) -> Self {
        Self::Refused(error)
    }
}

impl Fault {
    pub(crate) fn during(self, operation: &'static str) -> StorageError {
        match self {
            Self::Refused(error) => error,
            Self::Database(error) => StorageError::Database {
                operation,
                transient: is_transient(&error),
                reason: in_one_line(&error),
            },
        }
    }
}

/// Joins the lines of a message: PostgreSQL writes some in several, and a log line is one.
pub(crate) fn in_one_line(error: &impl ToString) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Parts of the messages of a disk that takes no writes: `SQLITE_FULL` and `SQLITE_IOERR`, and class 53100 of PostgreSQL,
/// with the errors of its files that come before it.
const DISK_FULL: [&str; 6] = [
    "disk is full",
    "disk I/O error",
    "No space left on device",
    "Disk quota exceeded",
    "could not extend file",
    "could not write",
];

/// Parts of the messages of transient errors that have no kind of their own: a busy, full or read-only database and a
/// failed read or write on SQLite; the same, and a server that stops, starts or is overloaded, on PostgreSQL.
const TRANSIENT: [&str; 20] = [
    "database is locked",
    "database table is locked",
    "disk is full",
    "disk I/O error",
    "readonly database",
    "unable to open database file",
    "No space left on device",
    "could not extend file",
    "could not write",
    "could not access status",
    "terminating connection",
    "the database system is",
    "deadlock detected",
    "canceling statement",
    "too many clients",
    "connection slots",
    "out of memory",
    "out of shared memory",
    "server closed the connection",
    "connection to server",
];

/// Returns whether the same statement may succeed later. Most errors with a kind are violated constraints, which the same
/// rows violate again.
pub(crate) fn is_transient(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            TRANSIENT.iter().any(|text| information.message().contains(text))
        }
        DieselError::DatabaseError(kind, _) => matches!(
            kind,
            DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::ReadOnlyTransaction
        ),
        // They follow from an earlier statement, whose error has the reason.
        DieselError::BrokenTransactionManager | DieselError::RollbackErrorOnCommit { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_takes_no_writes_is_told_apart() {
        let of = |reason: &str| {
            let reason = reason.to_owned();
            StorageError::Database { operation: "create tasks", reason, transient: true }.of_write()
        };
        for reason in [
            "database or disk is full",
            "disk I/O error",
            "could not extend file \"base/5/16384\": No space left on device",
            "could not extend file \"base/5/1\": wrote only 4096 of 8192 bytes at block 7",
            "could not write to file \"pg_wal/xlogtemp.12\": No space left on device",
        ] {
            let error = of(reason);
            assert!(matches!(error, StorageError::DiskFull { .. }) && error.is_transient(), "{error}");
        }
        assert!(matches!(of("database is locked"), StorageError::Database { .. }));
    }
}
