//! The settings between the bodies of the API and the domain.

use std::collections::BTreeMap;
use std::time::Duration;

use tikmatrix_api_types::settings::{Settings, SettingsPatch};
use tikmatrix_domain::{self as domain, AppId, PackageName, SettingsChange};
use tikmatrix_validation::Nulls;

use crate::accounts::convert::app_kind;
use crate::http::body::{RequestBody, patch};
use crate::http::error::ApiError;

impl RequestBody for SettingsPatch {
    const NULLS: Nulls = Nulls::Change;
}

/// The change of the settings that is asked for.
pub(crate) fn change(change: SettingsPatch) -> Result<SettingsChange, ApiError> {
    let seconds = |seconds: Option<u32>| seconds.map(|seconds| Duration::from_secs(seconds.into()));
    let mut packages = BTreeMap::new();
    for (field, app, package) in [
        ("tiktok_package", "tiktok", change.tiktok_package),
        ("instagram_package", "instagram", change.instagram_package),
    ] {
        if let (Some(package), Ok(app)) = (patch(field, package, PackageName::new)?, AppId::new(app)) {
            packages.insert(app, package);
        }
    }
    Ok(SettingsChange {
        default_app: change.default_app.map(|app| app_kind("default_app", app)).transpose()?,
        packages,
        max_retries: change.max_retries,
        retry_initial_delay: seconds(change.retry_first_wait),
        retry_max_delay: seconds(change.retry_longest_wait),
        random_order: change.random_order,
        paused: change.paused,
    })
}

/// The settings as the API shows them.
pub(crate) fn settings(settings: &domain::Settings) -> Settings {
    let package = |app| {
        let package = settings.packages.get(&AppId::new(app).ok()?);
        package.map(ToString::to_string)
    };
    Settings {
        default_app: settings.default_app.as_str().into(),
        tiktok_package: package("tiktok"),
        instagram_package: package("instagram"),
        max_retries: settings.max_retries,
        retry_first_wait: settings.retry_backoff.initial.as_secs(),
        retry_longest_wait: settings.retry_backoff.max.as_secs(),
        random_order: settings.random_order,
        paused: settings.paused,
    }
}
