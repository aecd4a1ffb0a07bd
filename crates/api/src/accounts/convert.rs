//! Accounts between the bodies of the API and the domain.

use tikmatrix_api_types::accounts::{Account, AccountPatch, NewAccount};
use tikmatrix_domain::{
    self as domain, AccountChange, AccountUpsert, AppId, EnteredUsername, PackageName, Serial,
};
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

/// The app of an account: the one that it names, else that of the profile whose URL its name is, else the default.
///
/// # Errors
/// The reason for a client, where the profile is one of another app, or of one that the server does not have.
pub(super) fn app_of(
    entered: &EnteredUsername,
    named: Option<AppId>,
    apps: &KnownApps,
    default_app: AppId,
) -> Result<AppId, String> {
    if let Some(app) = named {
        return entered.check_app(app).map(|()| app);
    }
    entered.app.map_or(Ok(default_app), |app| apps.parse(app.as_str()))
}

/// The account that is to be recorded, of `default_app` where it names none.
pub(crate) fn new_account(
    new: NewAccount,
    apps: &KnownApps,
    default_app: AppId,
) -> Result<AccountUpsert, ApiError> {
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
    let entered = text("username", username, EnteredUsername::new)?;
    let named = app.map(|app| text("app", app, AppId::new)).transpose()?;
    let app = app_of(&entered, named, apps, default_app);
    let app = app.map_err(|reason| ApiError::invalid("username", reason))?;
    Ok(AccountUpsert { username: entered.username, app, details })
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
