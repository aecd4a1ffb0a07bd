//! Accounts, and the usernames by which they are known.

#[expect(clippy::module_inception, reason = "the module holds the type that the folder is named after")]
pub(crate) mod account;
pub(crate) mod username;
