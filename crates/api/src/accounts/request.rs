//! Accounts in the bodies and queries of `/api/v1/account`.

use serde_json::Value;
use tikmatrix_domain::{AccountChange, AccountUpsert, AppKind, PackageName, Serial, Username};
use tikmatrix_storage::{AccountFilter, NumberedPage};

use crate::http::error::ApiError;
use crate::http::fields::{Fields, name, note, shortened};
use crate::http::paging;
use crate::http::query::{Parameters, ReadQuery};

/// Reads the body of `POST /api/v1/account`.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn create(body: Value) -> Result<AccountUpsert, ApiError> {
    let mut fields = Fields::begin(body)?;
    let username = fields.parsed("username", username);
    if username.is_none() && !fields.has_problem_with(&["username"]) {
        fields.problem("username", "is required");
    }
    let app = fields.parsed("app", app).unwrap_or_default();
    let details = details(&mut fields);
    fields.end()?;
    let username = username.ok_or_else(|| ApiError::invalid("username", "is required"))?;
    Ok(AccountUpsert { username, app, details })
}

/// Reads the body of `PATCH /api/v1/account/{account_id}`.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn change(body: Value) -> Result<AccountChange, ApiError> {
    let mut fields = Fields::begin_change(body)?;
    let change = details(&mut fields);
    for fixed in ["username", "app"] {
        if fields.any(fixed).is_some() {
            fields.problem(fixed, "cannot change: tasks know the account by it; make another account");
        }
    }
    fields.end_change(change != AccountChange::default())?;
    Ok(change)
}

/// Which accounts, and which page of them: the query of `GET /api/v1/account`.
pub(crate) struct ListAccounts {
    pub(crate) filter: AccountFilter,
    pub(crate) page: NumberedPage,
}

impl ReadQuery for ListAccounts {
    fn read(query: &mut Parameters) -> Self {
        let filter = AccountFilter {
            username: query.parsed("username", username),
            app: query.parsed("app", app),
            serial: query.parsed("serial", serial),
            enabled: query.one_of("enabled", "true, false", |text| text.parse().ok()),
        };
        Self { filter, page: paging::page(query) }
    }
}

fn details(fields: &mut Fields) -> AccountChange {
    AccountChange {
        package: fields.replaced("package", package),
        serial: fields.replaced("serial", serial),
        enabled: fields.flag("enabled"),
        note: fields.replaced("note", note).map(Option::unwrap_or_default),
    }
}

pub(crate) fn username(text: &str) -> Result<Username, String> {
    name(text, Username::new)
}

pub(crate) fn serial(text: &str) -> Result<Serial, String> {
    name(text, Serial::new)
}

pub(crate) fn package(text: &str) -> Result<PackageName, String> {
    name(text, PackageName::new)
}

pub(crate) fn app(text: &str) -> Result<AppKind, String> {
    AppKind::from_name(text.trim())
        .ok_or_else(|| format!("{:?} is not one of tiktok, instagram", shortened(text)))
}
