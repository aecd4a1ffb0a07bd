//! The settings between the bodies of the API and the domain.

use std::time::Duration;

use tikmatrix_api_types::settings::{Settings, SettingsPatch};
use tikmatrix_domain::{self as domain, PackageName, SettingsChange};
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
    Ok(SettingsChange {
        default_app: change.default_app.map(|app| app_kind("default_app", app)).transpose()?,
        tiktok_package: patch("tiktok_package", change.tiktok_package, PackageName::new)?,
        instagram_package: patch("instagram_package", change.instagram_package, PackageName::new)?,
        max_retries: change.max_retries,
        retry_first_wait: seconds(change.retry_first_wait),
        retry_longest_wait: seconds(change.retry_longest_wait),
        random_order: change.random_order,
        paused: change.paused,
    })
}

/// The settings as the API shows them.
pub(crate) fn settings(settings: &domain::Settings) -> Settings {
    Settings {
        default_app: settings.default_app.as_str().into(),
        tiktok_package: settings.tiktok_package.as_ref().map(ToString::to_string),
        instagram_package: settings.instagram_package.as_ref().map(ToString::to_string),
        max_retries: settings.max_retries,
        retry_first_wait: settings.retry_policy.first_wait.as_secs(),
        retry_longest_wait: settings.retry_policy.longest_wait.as_secs(),
        random_order: settings.random_order,
        paused: settings.paused,
    }
}
