//! The audit: who changed what, when and with which result.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::role::Role;

/// The number of an entry of the audit. A later entry has a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuditId(pub i64);

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A client with a token.
    Token {
        /// The name of the token.
        name: String,
        /// The public part of a token of the database; one of a file has none.
        id: Option<String>,
        /// The role that it had.
        role: Role,
    },
    /// A client of this machine, where no token is required.
    Local,
    /// A command that works on the database itself.
    CommandLine,
}

/// The kind of an [`Actor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ActorKind {
    /// [`Actor::Token`].
    Token,
    /// [`Actor::Local`].
    Local,
    /// [`Actor::CommandLine`].
    CommandLine,
}

impl Actor {
    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> ActorKind {
        match self {
            Self::Token { .. } => ActorKind::Token,
            Self::Local => ActorKind::Local,
            Self::CommandLine => ActorKind::CommandLine,
        }
    }

    /// Returns the name by which lists show and find it: of a token its own.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Token { name, .. } => name,
            Self::Local => "local",
            Self::CommandLine => "command line",
        }
    }
}

/// Things of one kind that a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSubject {
    /// The kind, such as `task` or `device`.
    pub kind: String,
    /// How they are called, at most [`AuditSubject::MAX_IDS`]: a number, a run of numbers such as `20-29`, or a name.
    pub ids: Vec<String>,
    /// How many they are.
    pub count: u64,
}

/// The shortest run of numbers that is written as one.
const MIN_RUN: usize = 3;

impl AuditSubject {
    /// The maximum number of ids that are recorded of one kind.
    pub const MAX_IDS: usize = 1_000;

    /// Creates the subject that is called `name`.
    #[must_use]
    pub fn named(kind: &str, name: &str) -> Self {
        Self { kind: kind.to_owned(), ids: vec![name.to_owned()], count: 1 }
    }

    /// Creates the subjects with these numbers. The same one twice counts once.
    #[must_use]
    pub fn numbered(kind: &str, mut numbers: Vec<i64>) -> Self {
        numbers.sort_unstable();
        numbers.dedup();
        let count = numbers.len() as u64;
        let runs = numbers.chunk_by(|one, next| one.checked_add(1) == Some(*next));
        let ids = runs.flat_map(|run| match run {
            [first, .., last] if run.len() >= MIN_RUN => vec![format!("{first}-{last}")],
            few => few.iter().map(i64::to_string).collect(),
        });
        Self { kind: kind.to_owned(), ids: ids.take(Self::MAX_IDS).collect(), count }
    }
}

/// A change as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When it was asked for.
    pub at: DateTime<Utc>,
    /// Who asked for it.
    pub actor: Actor,
    /// The address that the request came from; a command has none.
    pub address: Option<IpAddr>,
    /// The operation, by its name in the OpenAPI document.
    pub operation: String,
    /// The method of the request; a command has none.
    pub method: Option<String>,
    /// The path of the request, without its query; a command has none.
    pub path: Option<String>,
    /// What it is about.
    pub subjects: Vec<AuditSubject>,
    /// How many things were changed, where that is known.
    pub changed: Option<u64>,
    /// The HTTP status and the code of the answer. `None` if no answer was made, as when the client left: the change may have
    /// been made all the same.
    pub result: Option<(u16, u32)>,
}

/// An entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number.
    pub id: AuditId,
    /// What was recorded.
    pub record: AuditRecord,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_numbers_are_written_short_and_the_count_is_that_of_all() {
        let subject = AuditSubject::numbered("task", vec![9, 3, 1, 2, 2, 7, 8, 20, 21, 22, i64::MAX]);
        assert_eq!(subject.ids, ["1-3", "7-9", "20-22", "9223372036854775807"]);
        assert_eq!(subject.count, 10);
        assert_eq!(AuditSubject::numbered("task", vec![4, 5]).ids, ["4", "5"]);
        let scattered = AuditSubject::numbered("task", (0..3_000).map(|number| number * 2).collect());
        assert_eq!((scattered.ids.len(), scattered.count), (AuditSubject::MAX_IDS, 3_000));
        assert_eq!(AuditSubject::numbered("task", Vec::new()).count, 0);
    }
}
