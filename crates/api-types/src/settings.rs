//! The settings of the whole server.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::{App, Package, Patch};

/// The settings of the whole server. A change takes effect at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// The app of tasks and accounts that name none: `tiktok` or `instagram`. Default: `tiktok`.
    pub default_app: App,
    /// TikTok's package, where an account has none of its own. Default: `null`, which means the official ones.
    pub tiktok_package: Option<String>,
    /// Instagram's package, likewise.
    pub instagram_package: Option<String>,
    /// How many times a task is retried automatically when its request names no number. Default: 0.
    pub max_retries: u32,
    /// Seconds before the first of these retries; each wait after it is twice as long. Half of each wait is random.
    /// Default: 30.
    pub retry_first_wait: u64,
    /// The longest of these waits, in seconds. Default: 900.
    pub retry_longest_wait: u64,
    /// Whether a phone takes its due tasks of one priority in any order instead of the oldest first. Default: `false`.
    pub random_order: bool,
    /// Whether no task is started; waiting tasks show `paused`, and running ones go on. Default: `false`.
    pub paused: bool,
}

/// A change of the settings; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsPatch {
    /// The app of tasks and accounts that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub default_app: Option<App>,
    /// TikTok's package, where an account has none of its own, or `null` for the official ones.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Package>)]
    pub tiktok_package: Patch<Package>,
    /// Instagram's package, likewise.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Package>)]
    pub instagram_package: Patch<Package>,
    /// How many times a task is retried automatically when its request names no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 100)]
    pub max_retries: Option<u32>,
    /// Seconds before the first of these retries.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 86400)]
    pub retry_first_wait: Option<u32>,
    /// The longest wait before a retry, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 86400)]
    pub retry_longest_wait: Option<u32>,
    /// Whether a phone takes its due tasks of one priority in any order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub random_order: Option<bool>,
    /// Whether no task is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub paused: Option<bool>,
}
