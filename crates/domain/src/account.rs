//! Accounts: who they are, on which phone they live, and what may be said of them. A password is never among it.

use chrono::{DateTime, Utc};

use crate::names::{AppKind, Serial, Username};
use crate::package_name::PackageName;

/// The number of an account: positive, given by the store, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

/// An account in an app. Username and app together are who it is, and never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its name in the app.
    pub username: Username,
    /// The app.
    pub app: AppKind,
    /// The app's package on its phone, where it is not the one that the settings name.
    pub package: Option<PackageName>,
    /// The phone that it lives on; none while it is bound to no phone.
    pub serial: Option<Serial>,
    /// Whether it takes part when a request asks for every account of a phone.
    pub enabled: bool,
    /// What a person wants to remember of it.
    pub note: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is to become different of an account; what is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// Another package, or none of its own.
    pub package: Option<Option<PackageName>>,
    /// Another phone, or none.
    pub serial: Option<Option<Serial>>,
    /// Whether it takes part when a request asks for every account of a phone.
    pub enabled: Option<bool>,
    /// Another note.
    pub note: Option<String>,
}

/// An account that is to be there, with what is to be said of it; what is none is as it was, or the default of a new
/// account: no package of its own, no phone, enabled, no note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedAccount {
    /// Its name in the app.
    pub username: Username,
    /// The app.
    pub app: AppKind,
    /// What is to be said of it.
    pub details: AccountChange,
}
