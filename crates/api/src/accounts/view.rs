//! Accounts as the API shows them.

use serde::Serialize;
use tikmatrix_domain::Account;
use utoipa::ToSchema;

use crate::http::time::written;

/// One account. Moments are RFC 3339 with offset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountView {
    /// Its number, positive and never used twice.
    id: i64,
    /// Its name without `@`, in lower case.
    username: String,
    /// `tiktok` or `instagram`.
    app: &'static str,
    /// The app's package on its phone; `null` means the one that the settings name, else the official one.
    package: Option<String>,
    /// The serial of the phone that it lives on; `null` while it is bound to no phone, and its tasks wait for that.
    serial: Option<String>,
    /// Whether it takes part in requests for every account of a phone (`enable_multi_account`).
    enabled: bool,
    /// What a person wants to remember of it.
    note: String,
    /// When it was recorded.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.0,
            username: account.username.to_string(),
            app: account.app.as_str(),
            package: account.package.as_ref().map(ToString::to_string),
            serial: account.serial.as_ref().map(ToString::to_string),
            enabled: account.enabled,
            note: account.note.clone(),
            created_at: written(account.created_at),
            updated_at: written(account.updated_at),
        }
    }
}

/// A page of accounts, in the order in which they were recorded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountList)]
pub(crate) struct AccountListView {
    /// The accounts of the page; empty beyond the last.
    pub(crate) accounts: Vec<AccountView>,
    /// How many accounts the filters let through, on all pages together.
    pub(crate) total: u64,
    /// The number of the page, from 1.
    pub(crate) page: u32,
    /// How many accounts a page holds at most.
    pub(crate) page_size: u32,
}

/// What an import made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Imported)]
pub(crate) struct ImportedView {
    /// How many accounts are new.
    pub(crate) created_count: usize,
    /// How many were there and are now as the table says.
    pub(crate) updated_count: usize,
}
