//! The settings as the API shows them.

use serde::Serialize;
use tikmatrix_domain::Settings;
use utoipa::ToSchema;

/// The settings of the whole server. A change counts at once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settings)]
pub(crate) struct SettingView {
    /// The app of tasks and accounts that name none: `tiktok` or `instagram`. Default: `tiktok`.
    default_app: &'static str,
    /// TikTok's package, where an account has none of its own. Default: `null`, which means the official ones.
    tiktok_package: Option<String>,
    /// Instagram's package, likewise.
    instagram_package: Option<String>,
    /// How many times a task is begun again by itself when its request does not say. Default: 0.
    max_retries: u32,
    /// Seconds before the first of these retries; each wait after it is twice as long. Half of each wait is chance.
    /// Default: 30.
    retry_first_wait: u64,
    /// Seconds that no wait is longer than. Default: 900.
    retry_longest_wait: u64,
    /// Whether a phone takes its due tasks of one priority in any order instead of the oldest first. Default: `false`.
    random_order: bool,
    /// Whether no task is begun; waiting tasks say `paused`, and what runs goes on. Default: `false`.
    paused: bool,
}

impl From<&Settings> for SettingView {
    fn from(settings: &Settings) -> Self {
        Self {
            default_app: settings.default_app.as_str(),
            tiktok_package: settings.tiktok_package.as_ref().map(ToString::to_string),
            instagram_package: settings.instagram_package.as_ref().map(ToString::to_string),
            max_retries: settings.max_retries,
            retry_first_wait: settings.retry_policy.first_wait.as_secs(),
            retry_longest_wait: settings.retry_policy.longest_wait.as_secs(),
            random_order: settings.random_order,
            paused: settings.paused,
        }
    }
}
