//! Groups of phones, such as a rack or a customer's; a phone is in one of them or in none.

use chrono::{DateTime, Utc};

/// The number of a group: positive, given by the store, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub i64);

/// A group of phones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its number.
    pub id: GroupId,
    /// Its name; no two groups have the same.
    pub name: String,
    /// What a person wants to remember of it.
    pub note: String,
    /// How many phones belong to it.
    pub device_count: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its name or note last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is to become different of a group; what is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// Another name.
    pub name: Option<String>,
    /// Another note.
    pub note: Option<String>,
}
