//! The settings of the whole server.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::{App, Package, Patch, packages_schema};

/// The settings of the whole server. A change takes effect at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// The app of tasks and accounts that name none. Default: the first one that the server has.
    pub default_app: App,
    /// The packages of apps, where an account has none of its own. Default: empty, which means the official ones.
    pub packages: BTreeMap<App, String>,
    /// `packages.tiktok`, under the name that it had first.
    pub tiktok_package: Option<String>,
    /// `packages.instagram`, likewise.
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
    /// How many phones may run a task at once, over all servers on one database and within what the plan allows; further
    /// tasks wait and show `device_limit`, and running ones go on. Default: `null`, which means as many as the plan allows.
    pub max_devices_at_work: Option<u32>,
}

/// A change of the settings; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsPatch {
    /// The app of tasks and accounts that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub default_app: Option<App>,
    /// The packages of some apps, where an account has none of its own; `null` means the official ones. Other apps keep
    /// theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = packages_schema)]
    pub packages: Option<BTreeMap<App, Option<Package>>>,
    /// `packages.tiktok`, under the name that it had first; not together with another value there.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Package>)]
    pub tiktok_package: Patch<Package>,
    /// `packages.instagram`, likewise.
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
    /// How many phones may run a task at once; `null` means as many as the plan allows.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100000)]
    pub max_devices_at_work: Patch<u32>,
}
