//! The settings between the bodies of the API and the domain.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::Value;
use tikmatrix_api_types::settings::{Settings, SettingsPatch};
use tikmatrix_domain::{self as domain, AppId, PackageName, SettingsChange};
use tikmatrix_validation::{Fields, Nulls, Problems, shortened};

use crate::apps::KnownApps;
use crate::http::body::{RequestBody, check_app, patch, text};
use crate::http::error::ApiError;

/// Fields that say the same as `packages` of these apps. They are older than `packages`; other apps have none.
const TIKTOK_PACKAGE: (&str, &str) = ("tiktok_package", "tiktok");
const INSTAGRAM_PACKAGE: (&str, &str) = ("instagram_package", "instagram");

impl RequestBody for SettingsPatch {
    const NULLS: Nulls = Nulls::Change;

    fn check(fields: &Fields<'_>, problems: &mut Problems) {
        for (alias, app) in [TIKTOK_PACKAGE, INSTAGRAM_PACKAGE] {
            let of_app = fields.given("packages").and_then(|packages| packages.get(app));
            if let (Some(one), Some(other)) = (fields.given(alias), of_app)
                && one != other
            {
                problems.add(
                    alias,
                    format!("differs from packages.{app}, which means the same: give one of them"),
                );
            }
        }
    }

    fn check_apps(fields: &Fields<'_>, apps: &KnownApps, problems: &mut Problems) {
        check_app("default_app", fields, apps, problems);
        for name in fields.given("packages").and_then(Value::as_object).into_iter().flat_map(|it| it.keys()) {
            if let Err(reason) = apps.parse(name) {
                problems.add(format!("packages.{}", shortened(name)), reason);
            }
        }
        for (alias, app) in [TIKTOK_PACKAGE, INSTAGRAM_PACKAGE] {
            if let (Some(_), Err(reason)) = (fields.given(alias), apps.parse(app)) {
                problems.add(alias, reason);
            }
        }
    }
}

/// The change of the settings that is asked for.
pub(crate) fn change(change: SettingsPatch) -> Result<SettingsChange, ApiError> {
    let seconds = |seconds: Option<u32>| seconds.map(|seconds| Duration::from_secs(seconds.into()));
    let mut packages = BTreeMap::new();
    for (app, package) in change.packages.into_iter().flatten() {
        let package = package.map(|package| text("packages", package, PackageName::new)).transpose()?;
        packages.insert(text("packages", app, AppId::new)?, package);
    }
    for ((alias, app), package) in
        [(TIKTOK_PACKAGE, change.tiktok_package), (INSTAGRAM_PACKAGE, change.instagram_package)]
    {
        if let Some(package) = patch(alias, package, PackageName::new)?.assigned(|package| package) {
            packages.insert(text(alias, app, AppId::new)?, package);
        }
    }
    Ok(SettingsChange {
        default_app: change.default_app.map(|app| text("default_app", app, AppId::new)).transpose()?,
        packages,
        max_retries: change.max_retries,
        retry_initial_delay: seconds(change.retry_first_wait),
        retry_max_delay: seconds(change.retry_longest_wait),
        random_order: change.random_order,
        paused: change.paused,
        max_devices_at_work: domain::Patch::from(change.max_devices_at_work).try_map(at_work)?,
    })
}

fn at_work(limit: u32) -> Result<NonZeroU32, ApiError> {
    let reason = "0 is no limit of phones at work: pause all tasks instead, or give 1 or more";
    NonZeroU32::new(limit).ok_or_else(|| ApiError::invalid("max_devices_at_work", reason))
}

/// The settings as the API shows them on a server with `apps`.
pub(crate) fn settings(settings: &domain::Settings, apps: &KnownApps) -> Settings {
    let packages = settings.packages.iter();
    let packages: BTreeMap<_, _> =
        packages.map(|(app, package)| (app.as_str().into(), package.to_string())).collect();
    let of = |(_, app): (_, &str)| packages.get(&app.into()).cloned();
    Settings {
        default_app: apps.default_app(settings).as_str().into(),
        tiktok_package: of(TIKTOK_PACKAGE),
        instagram_package: of(INSTAGRAM_PACKAGE),
        packages,
        max_retries: settings.max_retries,
        retry_first_wait: settings.retry_backoff.initial.as_secs(),
        retry_longest_wait: settings.retry_backoff.max.as_secs(),
        random_order: settings.random_order,
        paused: settings.paused,
        max_devices_at_work: settings.max_devices_at_work.map(NonZeroU32::get),
    }
}
