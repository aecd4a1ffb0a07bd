//! The settings of the whole server. Each has a default, and a change takes effect at once.

use std::time::Duration;

use crate::names::AppKind;
use crate::package_name::PackageName;
use crate::task::retry::RetryPolicy;

/// The current settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The app of tasks and accounts that name none. Default: TikTok.
    pub default_app: AppKind,
    /// TikTok's package, where an account has none of its own. Default: none, which means the official ones.
    pub tiktok_package: Option<PackageName>,
    /// Instagram's package, likewise.
    pub instagram_package: Option<PackageName>,
    /// The number of automatic retries of tasks whose request does not set it. Default: 0.
    pub max_retries: u32,
    /// The delays before automatic retries. Default: 30 seconds at first, and at most 15 minutes.
    pub retry_policy: RetryPolicy,
    /// Whether a device claims its due tasks of one priority in random order instead of the oldest first. Default: no.
    pub random_order: bool,
    /// Whether no task is claimed. Running tasks continue. Default: no.
    pub paused: bool,
}

impl Settings {
    /// The package of an app, where one is set.
    #[must_use]
    pub fn package(&self, app: AppKind) -> Option<&PackageName> {
        match app {
            AppKind::TikTok => self.tiktok_package.as_ref(),
            AppKind::Instagram => self.instagram_package.as_ref(),
        }
    }
}

/// A partial update of the settings; a field that is `None` keeps its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// The new default app.
    pub default_app: Option<AppKind>,
    /// Another package of TikTok, or none.
    pub tiktok_package: Option<Option<PackageName>>,
    /// Another package of Instagram, or none.
    pub instagram_package: Option<Option<PackageName>>,
    /// The new number of retries.
    pub max_retries: Option<u32>,
    /// The new delay before the first retry.
    pub retry_first_wait: Option<Duration>,
    /// The new maximum delay before a retry.
    pub retry_longest_wait: Option<Duration>,
    /// Whether tasks are claimed in random order.
    pub random_order: Option<bool>,
    /// Whether no task is claimed.
    pub paused: Option<bool>,
}

impl SettingsChange {
    /// Returns the settings that result from this update of `before`.
    #[must_use]
    pub fn apply(self, before: Settings) -> Settings {
        Settings {
            default_app: self.default_app.unwrap_or(before.default_app),
            tiktok_package: self.tiktok_package.unwrap_or(before.tiktok_package),
            instagram_package: self.instagram_package.unwrap_or(before.instagram_package),
            max_retries: self.max_retries.unwrap_or(before.max_retries),
            retry_policy: RetryPolicy {
                first_wait: self.retry_first_wait.unwrap_or(before.retry_policy.first_wait),
                longest_wait: self.retry_longest_wait.unwrap_or(before.retry_policy.longest_wait),
            },
            random_order: self.random_order.unwrap_or(before.random_order),
            paused: self.paused.unwrap_or(before.paused),
        }
    }
}
