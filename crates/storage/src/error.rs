//! What can go wrong with the database, by what a caller can do about it.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use thiserror::Error;
use tikmatrix_domain::{IllegalTransition, TaskId, TooManyTasks};

/// Why an operation did not happen. Nothing of it was written then.
#[derive(Debug, Error)]
pub enum StorageError {
    /// The database could not be opened or brought up to date.
    #[error("the database {database} cannot be opened: {reason}")]
    Open {
        /// The database's file, or its URL without the password.
        database: String,
        /// What was in the way.
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
    /// The database refused.
    #[error("could not {operation}: {reason}")]
    Database {
        /// What was to be done, such as `create tasks`.
        operation: &'static str,
        /// The database's own words.
        reason: String,
        /// Whether the same operation may succeed later.
        transient: bool,
    },
    /// The operation was cut off before it had a result, because the program ends or a bug broke it.
    #[error("could not {operation}: it was cut off")]
    CutOff {
        /// What was to be done.
        operation: &'static str,
    },
    /// There is no such task: it never was, or it was deleted.
    #[error("there is no task {0}")]
    NoSuchTask(TaskId),
    /// What was asked cannot happen to the task in its present state.
    #[error("task {task}: {source}")]
    Illegal {
        /// The task.
        task: TaskId,
        /// Why not.
        source: IllegalTransition,
    },
    /// A request asked for more tasks than one request may make.
    #[error(transparent)]
    TooManyTasks(TooManyTasks),
    /// As many tasks wait as may.
    #[error(
        "{pending} tasks wait already, and no more than {most} may: {wanted} more have to wait until some are done, \
         or deleted"
    )]
    QueueFull {
        /// How many wait.
        pending: u64,
        /// How many may.
        most: u64,
        /// How many more were asked for.
        wanted: usize,
    },
    /// A request came under a key that another request was made with.
    #[error("the key was used for another request")]
    KeyReused,
    /// The task was changed by someone else between being read and being written.
    #[error("task {0} was changed by someone else in the meantime")]
    Changed(TaskId),
    /// What the database holds is not what this program writes.
    #[error("the database holds an unreadable {what}: {value:?}")]
    Unreadable {
        /// Which value of which record.
        what: &'static str,
        /// What is there.
        value: String,
    },
}

impl StorageError {
    /// Whether the same operation may succeed later without anyone doing anything else about it.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Database { transient: true, .. })
    }
}

/// What ends an operation early, before the operation's name is known.
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
            Self::Database(error) => {
                StorageError::Database { operation, transient: may_pass(&error), reason: in_one_line(&error) }
            }
        }
    }
}

/// PostgreSQL says some things in several lines; a log has one for each.
pub(crate) fn in_one_line(error: &impl ToString) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the engines say, without a kind of its own, of what can pass: a busy, full or read-only database and a failed
/// read or write on SQLite; the same, and a server that is ending, starting or overloaded, on PostgreSQL.
const PASSING: [&str; 20] = [
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

/// What has a kind is mostly a violated constraint, and the same rows violate it again.
pub(crate) fn may_pass(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            PASSING.iter().any(|passing| information.message().contains(passing))
        }
        DieselError::DatabaseError(kind, _) => matches!(
            kind,
            DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::ReadOnlyTransaction
        ),
        // The statement that failed said why; these are what follows from it.
        DieselError::BrokenTransactionManager | DieselError::RollbackErrorOnCommit { .. } => true,
        _ => false,
    }
}
