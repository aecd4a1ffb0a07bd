//! Accounts: their name and app, the device on which they are signed in, and their settings. Passwords are never stored.

use chrono::{DateTime, Utc};

use crate::account::username::Username;
use crate::material::material::Tag;
use crate::names::{AppId, PackageName, Serial};
use crate::patch::Patch;

/// The number of an account: positive, assigned by the database, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

/// An account of an app. Username and app together identify it and never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The number.
    pub id: AccountId,
    /// The name in the app.
    pub username: Username,
    /// The app.
    pub app: AppId,
    /// The app's package on its device, if it differs from the one in the settings.
    pub package: Option<PackageName>,
    /// The device that it is bound to; `None` while it is bound to none.
    pub serial: Option<Serial>,
    /// Whether it is included in requests for all accounts of a device.
    pub enabled: bool,
    /// A note for users.
    pub note: String,
    /// The tags, sorted and unique.
    pub tags: Vec<Tag>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A partial update of an account; a field that is `None` or `Keep` keeps its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The new package; without one it is that of the settings.
    pub package: Patch<PackageName>,
    /// The new device; `Clear` unbinds the account.
    pub serial: Patch<Serial>,
    /// Whether it is included in requests for all accounts of a device.
    pub enabled: Option<bool>,
    /// The new note.
    pub note: Option<String>,
    /// The new tags, all of them.
    pub tags: Option<Vec<Tag>>,
}

/// An account to create or update. A field of `details` that is `None` or `Keep` keeps its value, or the default of a new account:
/// no package, no device, enabled, an empty note, no tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountUpsert {
    /// The name in the app.
    pub username: Username,
    /// The app.
    pub app: AppId,
    /// The values to store.
    pub details: AccountChange,
}
