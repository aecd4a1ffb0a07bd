//! The expansion of one request into tasks: every recipient gets one task for each target of the script's configuration.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::account::username::Username;
use crate::names::{AppId, ScriptName, Serial};
use crate::task::interval::Interval;
use crate::task::requirement::AppRequirement;
use crate::task::task::{NewTask, Source, TaskOptions};

/// The maximum number of tasks that one request may create.
pub const MAX_TASKS_PER_REQUEST: usize = 10_000;
/// The maximum that the configurations of all tasks of a request take, in bytes.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024 * 1024;

/// An account that is bound to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundAccount {
    /// The name.
    pub username: Username,
    /// The app.
    pub app: AppId,
    /// Whether it is included in requests for all accounts of its device.
    pub enabled: bool,
}

/// The accounts of each device, in order, including the disabled ones.
pub type AccountsByDevice = HashMap<Serial, Vec<BoundAccount>>;

/// The recipients of the tasks of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// Devices, with the account that is signed in there.
    Devices(Vec<Serial>),
    /// Every enabled account of each device; on a device without a known account, the one that is signed in. A device
    /// whose accounts are all disabled gets no task, since the account that is signed in is one of them.
    AccountsOfDevices(Vec<Serial>),
    /// Accounts, on the devices that they are bound to.
    Accounts(Vec<Username>),
}

/// One part of a configuration for which every recipient gets a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The app that the configuration names, if it names one.
    pub app: Option<AppId>,
    /// The configuration of the tasks, as JSON text.
    pub script_config: Arc<str>,
    /// What the configuration asks of the app, as its script planned it.
    pub requirements: Arc<[AppRequirement]>,
}

impl Target {
    /// A target that asks nothing of its app, or whose configuration is still to be planned.
    pub fn new(app: Option<AppId>, script_config: impl Into<Arc<str>>) -> Self {
        Self { app, script_config: script_config.into(), requirements: Arc::default() }
    }
}

/// A validated request for tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRequest {
    /// The recipients.
    pub recipients: Recipients,
    /// The names of groups whose devices are recipients too, after those of `recipients`. Only with recipients that are
    /// devices.
    pub groups: Vec<String>,
    /// The script.
    pub script: ScriptName,
    /// The targets, at least one.
    pub targets: Vec<Target>,
    /// How many tasks there are in all, spread over the recipients in turn; they have the targets in turn. `None` means one
    /// task for each recipient and target.
    pub distribute: Option<u32>,
    /// The kind of client that sent the request.
    pub source: Source,
    /// The earliest start of all tasks.
    pub start_time: Option<DateTime<Utc>>,
    /// The time between the starts of tasks of one device.
    pub interval: Interval,
    /// The seed of the random gaps: the same seed spreads the tasks the same way.
    pub seed: u64,
    /// The options of each task.
    pub options: TaskOptions,
}

/// The result of the expansion of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FanOut {
    /// The tasks, in fan-out order.
    pub tasks: Vec<NewTask>,
    /// The devices that get fewer tasks than requested, in the order of the request.
    pub skipped: Vec<SkippedDevice>,
    /// The names of the groups of the request that have no device.
    pub empty_groups: Vec<String>,
}

/// A device that gets no task because every account that could have it is disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedDevice {
    /// The device.
    pub serial: Serial,
    /// The app whose accounts are all disabled; `None` means all accounts of the device.
    pub app: Option<AppId>,
}

/// The request creates more than one transaction may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OversizedRequest {
    /// Too many tasks.
    #[error("the request makes {count} tasks; at most {MAX_TASKS_PER_REQUEST} are allowed")]
    Tasks {
        /// How many tasks it would create.
        count: usize,
    },
    /// Tasks with too long configurations.
    #[error("the configurations of all tasks take {bytes} bytes; at most {MAX_REQUEST_BYTES} are allowed")]
    Configs {
        /// How much they would take.
        bytes: usize,
    },
}

impl OversizedRequest {
    /// Checks a request for `count` tasks whose configurations take `bytes` in all.
    ///
    /// # Errors
    /// The limit that it exceeds.
    pub fn check(count: usize, bytes: usize) -> Result<(), Self> {
        match () {
            () if count > MAX_TASKS_PER_REQUEST => Err(Self::Tasks { count }),
            () if bytes > MAX_REQUEST_BYTES => Err(Self::Configs { bytes }),
            () => Ok(()),
        }
    }
}

impl TaskRequest {
    /// Expands the request into tasks, ordered by recipient as in the request and without duplicates, then by the accounts
    /// of a device, then by target; a request that is distributed in its turns. `accounts` is read only for
    /// [`Recipients::AccountsOfDevices`]. Groups are expanded before, by the caller.
    ///
    /// # Errors
    /// [`OversizedRequest`] above [`MAX_TASKS_PER_REQUEST`] or [`MAX_REQUEST_BYTES`].
    pub fn fan_out(&self, accounts: &AccountsByDevice) -> Result<FanOut, OversizedRequest> {
        let Some(count) = self.distribute else { return self.expand(&self.targets, accounts) };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        OversizedRequest::check(count, 0)?;
        let one = self.targets.get(..1).unwrap_or_default();
        let FanOut { tasks: places, skipped, .. } = self.expand(one, accounts)?;
        let mut tasks = Tasks::default();
        let turns = places.iter().cycle().zip(self.targets.iter().cycle());
        for (place, target) in turns.take(count) {
            tasks.add(target, || NewTask {
                script_config: Arc::clone(&target.script_config),
                requirements: Arc::clone(&target.requirements),
                ..place.clone()
            });
        }
        Ok(FanOut { tasks: tasks.finish()?, skipped, ..FanOut::default() })
    }

    /// Expands the request into one task for each recipient and each of `targets`.
    fn expand(&self, targets: &[Target], accounts: &AccountsByDevice) -> Result<FanOut, OversizedRequest> {
        let mut tasks = Tasks::default();
        let mut skipped = Vec::new();
        match &self.recipients {
            Recipients::Devices(serials) => {
                for serial in distinct(serials) {
                    for target in targets {
                        tasks.add(target, || self.task(Some(serial), None, target));
                    }
                }
            }
            Recipients::Accounts(usernames) => {
                for username in distinct(usernames) {
                    let account = Some((username, None));
                    for target in targets {
                        tasks.add(target, || self.task(None, account, target));
                    }
                }
            }
            Recipients::AccountsOfDevices(serials) => {
                for serial in distinct(serials) {
                    let accounts: &[BoundAccount] = accounts.get(serial).map_or(&[], Vec::as_slice);
                    let disabled = self.for_accounts(serial, accounts, targets, &mut tasks);
                    let disabled = disabled.into_iter();
                    skipped.extend(disabled.map(|app| SkippedDevice { serial: serial.clone(), app }));
                }
            }
        }
        Ok(FanOut { tasks: tasks.finish()?, skipped, ..FanOut::default() })
    }

    /// Adds the tasks for one device: each enabled account gets the targets for its app and for any app, and the account
    /// that is signed in gets those that no account of the device suits. Returns the apps of the targets that only
    /// disabled accounts suit.
    fn for_accounts(
        &self,
        serial: &Serial,
        accounts: &[BoundAccount],
        targets: &[Target],
        tasks: &mut Tasks,
    ) -> Vec<Option<AppId>> {
        let suits =
            |account: &BoundAccount, target: &Target| target.app.is_none_or(|wanted| wanted == account.app);
        for account in accounts.iter().filter(|account| account.enabled) {
            for target in targets.iter().filter(|target| suits(account, target)) {
                let account = (&account.username, Some(account.app));
                tasks.add(target, || self.task(Some(serial), Some(account), target));
            }
        }
        let mut disabled = Vec::new();
        for target in targets {
            let takers = || accounts.iter().filter(|account| suits(account, target));
            if takers().next().is_none() {
                tasks.add(target, || self.task(Some(serial), None, target));
            } else if !takers().any(|account| account.enabled) && !disabled.contains(&target.app) {
                disabled.push(target.app);
            }
        }
        disabled
    }

    fn task(
        &self,
        serial: Option<&Serial>,
        account: Option<(&Username, Option<AppId>)>,
        target: &Target,
    ) -> NewTask {
        NewTask {
            serial: serial.cloned(),
            username: account.map(|(username, _)| username.clone()),
            app: target.app.or(account.and_then(|(_, app)| app)),
            script: self.script.clone(),
            script_config: Arc::clone(&target.script_config),
            source: self.source,
            start_time: self.start_time,
            options: self.options,
            requirements: Arc::clone(&target.requirements),
        }
    }
}

/// The tasks so far; beyond the maximum they are only counted.
#[derive(Default)]
struct Tasks {
    made: Vec<NewTask>,
    count: usize,
    bytes: usize,
}

impl Tasks {
    fn add(&mut self, target: &Target, task: impl FnOnce() -> NewTask) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(target.script_config.len());
        if self.count <= MAX_TASKS_PER_REQUEST {
            self.made.push(task());
        }
    }

    fn finish(self) -> Result<Vec<NewTask>, OversizedRequest> {
        OversizedRequest::check(self.count, self.bytes).map(|()| self.made)
    }
}

fn distinct<Name: Eq + Hash>(names: &[Name]) -> impl Iterator<Item = &Name> {
    let mut seen = HashSet::new();
    names.iter().filter(move |name| seen.insert(*name))
}

#[cfg(test)]
mod tests;
