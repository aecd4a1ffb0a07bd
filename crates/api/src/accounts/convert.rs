//! Accounts between the bodies of the API and the domain.

use tikmatrix_api_types::accounts::{Account, AccountPatch, NewAccount};
use tikmatrix_domain::{self as domain, AccountChange, AccountUpsert, AppId, PackageName, Serial, Username};
use tikmatrix_validation::{Fields, Nulls, Problems};

use crate::apps::KnownApps;
use crate::http::body::{RequestBody, check_app, note_patch, patch, text};
use crate::http::error::ApiError;
use crate::http::text::read_tags;
use crate::http::time::moment;

impl RequestBody for NewAccount {
    fn check_apps(fields: &Fields<'_>, apps: &KnownApps, problems: &mut Problems) {
        check_app("app", fields, apps, problems);
    }
}

impl RequestBody for AccountPatch {
    const NULLS: Nulls = Nulls::Change;

    fn check(fields: &Fields<'_>, problems: &mut Problems) {
        for fixed in ["username", "app"] {
            if fields.given(fixed).is_some() {
                problems.add(fixed, "cannot change: tasks know the account by it; make another account");
            }
        }
    }
}

/// The account that is to be recorded, of `default_app` where it names none.
pub(crate) fn new_account(new: NewAccount, default_app: AppId) -> Result<AccountUpsert, ApiError> {
    let NewAccount { username, app, package, serial, enabled, note, tags } = new;
    let package = package.map(|package| text("package", package, PackageName::new)).transpose()?;
    let serial = serial.map(|serial| text("serial", serial, Serial::new)).transpose()?;
    let details = AccountChange {
        package: package.into(),
        serial: serial.into(),
        enabled,
        note: note.map(Into::into),
        tags: tags.as_deref().map(read_tags).transpose()?,
    };
    Ok(AccountUpsert {
        username: text("username", username, Username::new)?,
        app: app.map(|app| text("app", app, AppId::new)).transpose()?.unwrap_or(default_app),
        details,
    })
}

/// The change of an account that is asked for.
pub(crate) fn change(change: AccountPatch) -> Result<AccountChange, ApiError> {
    let AccountPatch { package, serial, enabled, note, tags } = change;
    Ok(AccountChange {
        package: patch("package", package, PackageName::new)?,
        serial: patch("serial", serial, Serial::new)?,
        enabled,
        note: note_patch(note),
        tags: tags.as_deref().map(read_tags).transpose()?,
    })
}

/// An account as the API shows it.
pub(crate) fn account(account: &domain::Account) -> Account {
    Account {
        id: account.id.0,
        username: account.username.to_string(),
        app: account.app.as_str().into(),
        package: account.package.as_ref().map(ToString::to_string),
        serial: account.serial.as_ref().map(ToString::to_string),
        enabled: account.enabled,
        note: account.note.clone(),
        tags: account.tags.iter().map(ToString::to_string).collect(),
        created_at: moment(account.created_at),
        updated_at: moment(account.updated_at),
    }
}
