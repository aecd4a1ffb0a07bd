//! The settings of the whole server. Each has a default, and a change takes effect at once.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::backoff::Backoff;
use crate::names::{AppId, PackageName};
use crate::patch::Patch;

/// The default delays before automatic retries. Half a minute is long enough for a phone to restart its connection.
pub const DEFAULT_RETRY_BACKOFF: Backoff =
    Backoff { initial: Duration::from_secs(30), max: Duration::from_secs(15 * 60) };

/// The current settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The app of tasks and accounts that name none. Default: `None`, which means the first one that the server has.
    pub default_app: Option<AppId>,
    /// The packages of apps, for accounts that have none of their own. Default: empty, which means the official ones.
    pub packages: BTreeMap<AppId, PackageName>,
    /// The number of automatic retries of tasks whose request does not set it. Default: 0.
    pub max_retries: u32,
    /// The delays before automatic retries. Default: [`DEFAULT_RETRY_BACKOFF`].
    pub retry_backoff: Backoff,
    /// Whether a device claims its due tasks of one priority in random order instead of the oldest first. Default: no.
    pub random_order: bool,
    /// Whether no task is claimed. Running tasks continue. Default: no.
    pub paused: bool,
    /// How many devices may run a task at once, over all servers on one database. Running tasks continue. Default: `None`,
    /// which means as many as the plan allows.
    pub max_devices_at_work: Option<NonZeroU32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_app: None,
            packages: BTreeMap::new(),
            max_retries: 0,
            retry_backoff: DEFAULT_RETRY_BACKOFF,
            random_order: false,
            paused: false,
            max_devices_at_work: None,
        }
    }
}

/// A partial update of the settings; a field that is `None` keeps its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// The new default app.
    pub default_app: Option<AppId>,
    /// The new packages of some apps; `None` removes the package of an app.
    pub packages: BTreeMap<AppId, Option<PackageName>>,
    /// The new number of retries.
    pub max_retries: Option<u32>,
    /// The new delay before the first retry.
    pub retry_initial_delay: Option<Duration>,
    /// The new maximum delay before a retry.
    pub retry_max_delay: Option<Duration>,
    /// Whether tasks are claimed in random order.
    pub random_order: Option<bool>,
    /// Whether no task is claimed.
    pub paused: Option<bool>,
    /// The new limit of devices that run tasks.
    pub max_devices_at_work: Patch<NonZeroU32>,
}

impl SettingsChange {
    /// Returns the settings that result from this update of `before`.
    #[must_use]
    pub fn apply(self, before: Settings) -> Settings {
        let mut packages = before.packages;
        for (app, package) in self.packages {
            match package {
                Some(package) => packages.insert(app, package),
                None => packages.remove(&app),
            };
        }
        Settings {
            default_app: self.default_app.or(before.default_app),
            packages,
            max_retries: self.max_retries.unwrap_or(before.max_retries),
            retry_backoff: Backoff {
                initial: self.retry_initial_delay.unwrap_or(before.retry_backoff.initial),
                max: self.retry_max_delay.unwrap_or(before.retry_backoff.max),
            },
            random_order: self.random_order.unwrap_or(before.random_order),
            paused: self.paused.unwrap_or(before.paused),
            max_devices_at_work: self.max_devices_at_work.apply(before.max_devices_at_work),
        }
    }
}
