//! Accounts: recording, listing and changing them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::fields::{App, Moment, Name, Note, Package, Patch, Tag, Username, parameter};

/// An account to be recorded. There is no field for a password: none is ever taken or kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Its name.
    pub username: Username,
    /// Its app. Default: that of the profile whose URL the username is, else that of the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<App>,
    /// The app's package on its phone, where it is not the one in the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// The serial of the phone that it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Name>,
    /// Whether it takes part in requests for every account of a phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(default = true)]
    pub enabled: Option<bool>,
    /// A note for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub tags: Option<Vec<Tag>>,
}

impl NewAccount {
    /// Creates a request for an account of which nothing but its name is given.
    pub fn new(username: impl Into<Username>) -> Self {
        let username = username.into();
        Self { username, app: None, package: None, serial: None, enabled: None, note: None, tags: None }
    }
}

/// A change of an account; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccountPatch {
    /// Another package, or `null` for none of its own.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Package>)]
    pub package: Patch<Package>,
    /// The serial of another phone, or `null` for none.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Name>)]
    pub serial: Patch<Name>,
    /// Whether it takes part in requests for every account of a phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub enabled: Option<bool>,
    /// Another note, or `null` for none.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Note>)]
    pub note: Patch<Note>,
    /// All of its tags from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 50)]
    pub tags: Option<Vec<Tag>>,
}

/// Which accounts of the list are wanted, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct AccountQuery {
    /// Only the account of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_ACCOUNT_USERNAME"))]
    pub username: Option<Username>,
    /// Only accounts of this app.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_ACCOUNT_APP"))]
    pub app: Option<App>,
    /// Only accounts on the phone with this serial.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_ACCOUNT_SERIAL"))]
    pub serial: Option<Name>,
    /// Only accounts that are enabled, or are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_ACCOUNT_ENABLED"))]
    pub enabled: Option<bool>,
    /// Only accounts that carry this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, pattern = r"\S")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_ACCOUNT_TAG"))]
    pub tag: Option<Tag>,
    /// The number of the page, from 1; above 4,294,967,295 is taken as that. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_ACCOUNT_PAGE"))]
    pub page: Option<u32>,
    /// How many a page holds; above 100 is taken as 100. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_ACCOUNT_PAGE_SIZE", value_name = "N"))]
    pub page_size: Option<u32>,
}

/// One account. Moments are RFC 3339 with offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// Its number, positive and never used twice.
    pub id: i64,
    /// Its name without `@`, in lower case.
    pub username: String,
    /// The app.
    pub app: App,
    /// The app's package on its phone; `null` means the one in the settings, else the official one.
    pub package: Option<String>,
    /// The serial of the phone that it is bound to; `null` while it is bound to none, and its tasks wait for that.
    pub serial: Option<String>,
    /// Whether it takes part in requests for every account of a phone (`enable_multi_account`).
    pub enabled: bool,
    /// A note for people.
    pub note: String,
    /// Its tags, in lower case and sorted.
    pub tags: Vec<String>,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Moment,
}

/// A page of accounts, in the order in which they were recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountList {
    /// The accounts of the page; empty beyond the last.
    pub accounts: Vec<Account>,
    /// How many accounts the filters let through, on all pages together.
    pub total: u64,
    /// The number of the page, from 1.
    pub page: u32,
    /// How many accounts a page holds at most.
    pub page_size: u32,
}

/// The result of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// How many accounts are new.
    pub created_count: usize,
    /// How many were there already and are now as in the table.
    pub updated_count: usize,
}

/// Which accounts of `GET /api/v1/accounts` are wanted, by the names that the original's clients use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountStatusQuery {
    /// Only accounts of this app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<App>,
    /// Only accounts on the phone with this serial.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub device: Option<Name>,
    /// 0 or 1: whether it is signed in. That is known of no account, so that none is listed with either.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::bit")]
    #[param(minimum = 0, maximum = 1)]
    pub logined: Option<u8>,
    /// 0: only accounts that are enabled. 1: only those that are not.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::bit")]
    #[param(minimum = 0, maximum = 1)]
    pub status: Option<u8>,
    /// Only accounts that carry this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, pattern = r"\S")]
    pub tag: Option<Tag>,
    /// The number of the page, from 1; above 4,294,967,295 is taken as that. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    pub page: Option<u32>,
    /// How many a page holds; above 100 is taken as 100. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    pub page_size: Option<u32>,
}

/// One account, with the fields that the original's clients know. What the server does not know is `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountStatus {
    /// Its number.
    pub id: i64,
    /// Its name without `@`, in lower case.
    pub username: String,
    /// `null`: addresses of accounts are not kept.
    #[schema(value_type = Option<String>)]
    pub email: (),
    /// The app.
    pub platform: App,
    /// The app's package on its phone; `null` means the one in the settings, else the official one.
    pub packagename: Option<String>,
    /// The serial of the phone that it is bound to.
    pub device: Option<String>,
    /// Whether that phone is connected.
    pub device_online: bool,
    /// The model of that phone; empty while it is not connected.
    pub device_name: String,
    /// `null`: whether it is signed in is known when a task runs.
    #[schema(value_type = Option<u8>)]
    pub logined: (),
    /// `null`, as `logined`.
    #[schema(value_type = Option<String>)]
    pub logined_text: (),
    /// 0: it takes part in requests for every account of a phone. 1: it does not.
    pub status: u8,
    /// `enabled` or `disabled`.
    pub status_text: String,
    /// Its tags, in lower case and sorted.
    pub tags: Vec<String>,
}

/// A page of accounts with the fields that the original's clients know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountStatusList {
    /// The accounts of the page; empty beyond the last.
    pub accounts: Vec<AccountStatus>,
    /// How many accounts the filters let through, on all pages together.
    pub total: u64,
    /// The number of the page, from 1.
    pub page: u32,
    /// How many accounts a page holds at most.
    pub page_size: u32,
}
