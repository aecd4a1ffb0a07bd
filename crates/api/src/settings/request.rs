//! Settings in the body of `PATCH /api/v1/setting`.

use std::time::Duration;

use serde_json::Value;
use tikmatrix_domain::{MAX_RETRIES, PackageName, SettingsChange};

use crate::accounts::request::app;
use crate::http::error::ApiError;
use crate::http::fields::{Fields, name};

/// The longest wait before a retry, in seconds: a day.
const LONGEST_WAIT: i64 = 24 * 60 * 60;

/// Reads the body.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn change(body: Value) -> Result<SettingsChange, ApiError> {
    let mut fields = Fields::begin_change(body)?;
    let package = |text: &str| name(text, PackageName::new);
    let change = SettingsChange {
        default_app: fields.parsed("default_app", app),
        tiktok_package: fields.replaced("tiktok_package", package),
        instagram_package: fields.replaced("instagram_package", package),
        max_retries: fields
            .whole("max_retries", 0..=i64::from(MAX_RETRIES))
            .and_then(|count| u32::try_from(count).ok()),
        retry_first_wait: seconds(&mut fields, "retry_first_wait"),
        retry_longest_wait: seconds(&mut fields, "retry_longest_wait"),
        random_order: fields.flag("random_order"),
        paused: fields.flag("paused"),
    };
    fields.end_change(change != SettingsChange::default())?;
    Ok(change)
}

fn seconds(fields: &mut Fields, name: &'static str) -> Option<Duration> {
    let seconds = fields.whole(name, 1..=LONGEST_WAIT)?;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}
