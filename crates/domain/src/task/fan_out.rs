//! The expansion of one request into tasks: every recipient gets one task for each target of the script's configuration.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::account::username::Username;
use crate::names::{AppId, ScriptName, Serial};
use crate::task::interval::Interval;
use crate::task::task::{NewTask, Source, TaskOptions};

/// The maximum number of tasks that one request may create.
pub const MAX_TASKS_PER_REQUEST: usize = 10_000;

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
}

/// A validated request for tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRequest {
    /// The recipients.
    pub recipients: Recipients,
    /// The script.
    pub script: ScriptName,
    /// The targets, at least one.
    pub targets: Vec<Target>,
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
}

/// A device that gets no task because every account that could have it is disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedDevice {
    /// The device.
    pub serial: Serial,
    /// The app whose accounts are all disabled; `None` means all accounts of the device.
    pub app: Option<AppId>,
}

/// The request creates more tasks than one transaction may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the request makes {count} tasks; at most {MAX_TASKS_PER_REQUEST} are allowed")]
pub struct TooManyTasks {
    /// How many tasks it would create.
    pub count: usize,
}

impl TaskRequest {
    /// Expands the request into tasks, ordered by recipient as in the request and without duplicates, then by the accounts
    /// of a device, then by target. `accounts` is read only for [`Recipients::AccountsOfDevices`].
    ///
    /// # Errors
    /// [`TooManyTasks`] above [`MAX_TASKS_PER_REQUEST`].
    pub fn fan_out(&self, accounts: &AccountsByDevice) -> Result<FanOut, TooManyTasks> {
        let mut tasks = Tasks::default();
        let mut skipped = Vec::new();
        match &self.recipients {
            Recipients::Devices(serials) => {
                for serial in distinct(serials) {
                    self.targets
                        .iter()
                        .for_each(|target| tasks.add(|| self.task(Some(serial), None, target)));
                }
            }
            Recipients::Accounts(usernames) => {
                for username in distinct(usernames) {
                    let account = Some((username, None));
                    self.targets.iter().for_each(|target| tasks.add(|| self.task(None, account, target)));
                }
            }
            Recipients::AccountsOfDevices(serials) => {
                for serial in distinct(serials) {
                    let accounts: &[BoundAccount] = accounts.get(serial).map_or(&[], Vec::as_slice);
                    let disabled = self.for_accounts(serial, accounts, &mut tasks);
                    let disabled = disabled.into_iter();
                    skipped.extend(disabled.map(|app| SkippedDevice { serial: serial.clone(), app }));
                }
            }
        }
        Ok(FanOut { tasks: tasks.finish()?, skipped })
    }

    /// Adds the tasks for one device: each enabled account gets the targets for its app and for any app, and the account
    /// that is signed in gets those that no account of the device suits. Returns the apps of the targets that only
    /// disabled accounts suit.
    fn for_accounts(
        &self,
        serial: &Serial,
        accounts: &[BoundAccount],
        tasks: &mut Tasks,
    ) -> Vec<Option<AppId>> {
        let suits =
            |account: &BoundAccount, target: &Target| target.app.is_none_or(|wanted| wanted == account.app);
        for account in accounts.iter().filter(|account| account.enabled) {
            for target in self.targets.iter().filter(|target| suits(account, target)) {
                let account = (&account.username, Some(account.app));
                tasks.add(|| self.task(Some(serial), Some(account), target));
            }
        }
        let mut disabled = Vec::new();
        for target in &self.targets {
            let takers = || accounts.iter().filter(|account| suits(account, target));
            if takers().next().is_none() {
                tasks.add(|| self.task(Some(serial), None, target));
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
        }
    }
}

/// The tasks so far; beyond the maximum they are only counted.
#[derive(Default)]
struct Tasks {
    made: Vec<NewTask>,
    count: usize,
}

impl Tasks {
    fn add(&mut self, task: impl FnOnce() -> NewTask) {
        self.count += 1;
        if self.count <= MAX_TASKS_PER_REQUEST {
            self.made.push(task());
        }
    }

    fn finish(self) -> Result<Vec<NewTask>, TooManyTasks> {
        match self.count {
            ..=MAX_TASKS_PER_REQUEST => Ok(self.made),
            count => Err(TooManyTasks { count }),
        }
    }
}

fn distinct<Name: Eq + Hash>(names: &[Name]) -> impl Iterator<Item = &Name> {
    let mut seen = HashSet::new();
    names.iter().filter(move |name| seen.insert(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(recipients: Recipients, targets: usize) -> TaskRequest {
        let target = |number| Target { app: None, script_config: format!("{{\"n\":{number}}}").into() };
        TaskRequest {
            recipients,
            script: ScriptName::new("post").unwrap(),
            targets: (0..targets).map(target).collect(),
            source: Source::Api,
            start_time: None,
            interval: Interval::default(),
            seed: 0,
            options: TaskOptions::default(),
        }
    }

    fn serials(names: &[&str]) -> Recipients {
        Recipients::Devices(names.iter().map(|name| Serial::new(name).unwrap()).collect())
    }

    #[test]
    fn devices_are_outermost_and_duplicates_are_folded() {
        let tasks = request(serials(&["b", "a", "b"]), 2).fan_out(&AccountsByDevice::new()).unwrap().tasks;
        let made: Vec<(&str, &str)> =
            tasks.iter().map(|task| (task.serial.as_ref().unwrap().as_str(), &*task.script_config)).collect();
        assert_eq!(made, [("b", "{\"n\":0}"), ("b", "{\"n\":1}"), ("a", "{\"n\":0}"), ("a", "{\"n\":1}")]);
    }

    #[test]
    fn spellings_of_one_account_are_one_recipient() {
        let names = ["@Maker", "maker", "other"].map(|name| Username::new(name).unwrap());
        let tasks =
            request(Recipients::Accounts(names.to_vec()), 1).fan_out(&AccountsByDevice::new()).unwrap().tasks;
        let usernames: Vec<&str> =
            tasks.iter().map(|task| task.username.as_ref().unwrap().as_str()).collect();
        assert_eq!(usernames, ["maker", "other"]);
        assert!(tasks.iter().all(|task| task.serial.is_none()));
    }

    #[test]
    fn more_tasks_than_one_request_may_make_are_refused_by_number() {
        let names: Vec<String> = (0..100).map(|number| format!("p{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(
            request(serials(&names), 100).fan_out(&AccountsByDevice::new()).unwrap().tasks.len(),
            MAX_TASKS_PER_REQUEST
        );
        assert_eq!(
            request(serials(&names), 101).fan_out(&AccountsByDevice::new()),
            Err(TooManyTasks { count: 10_100 })
        );
    }

    fn app_id(name: &str) -> AppId {
        AppId::new(name).unwrap()
    }

    fn account(name: &str, app: &str, enabled: bool) -> BoundAccount {
        BoundAccount { username: Username::new(name).unwrap(), app: app_id(app), enabled }
    }

    /// Expands a request for the accounts of these devices with a target for any app and one for Instagram. Returns its
    /// tasks as device, account, app and target.
    fn for_accounts_of(names: &[&str], accounts: &AccountsByDevice) -> (Vec<String>, Vec<SkippedDevice>) {
        let Recipients::Devices(phones) = serials(names) else { unreachable!() };
        let mut request = request(Recipients::AccountsOfDevices(phones), 2);
        request.targets[1].app = Some(app_id("instagram"));
        let FanOut { tasks, skipped } = request.fan_out(accounts).unwrap();
        let made = tasks.iter().map(|task| {
            let username = task.username.as_ref().map_or("-", Username::as_str);
            let app = task.app.as_ref().map_or("-", AppId::as_str);
            format!("{} {username} {app} {}", task.serial.as_ref().unwrap(), task.script_config)
        });
        (made.collect(), skipped)
    }

    #[test]
    fn every_account_of_a_phone_gets_the_targets_of_its_app_and_a_phone_without_one_its_signed_in_account() {
        let accounts = AccountsByDevice::from([(
            Serial::new("a").unwrap(),
            vec![account("x", "tiktok", true), account("y", "instagram", true)],
        )]);
        let (made, skipped) = for_accounts_of(&["a", "b", "a"], &accounts);
        assert_eq!(
            made,
            [
                r#"a x tiktok {"n":0}"#,
                r#"a y instagram {"n":0}"#,
                r#"a y instagram {"n":1}"#,
                r#"b - - {"n":0}"#,
                r#"b - instagram {"n":1}"#,
            ]
        );
        assert_eq!(skipped, []);
    }

    #[test]
    fn a_disabled_account_gets_nothing_and_keeps_its_phone_from_being_one_without_an_account() {
        let [all, some, other] = ["all", "some", "other"].map(|name| Serial::new(name).unwrap());
        let accounts = AccountsByDevice::from([
            (all.clone(), vec![account("x", "tiktok", false), account("y", "instagram", false)]),
            (some.clone(), vec![account("x", "tiktok", true), account("y", "instagram", false)]),
            (other.clone(), vec![account("x", "tiktok", false)]),
        ]);
        let (made, skipped) = for_accounts_of(&["all", "some", "other"], &accounts);
        assert_eq!(made, [r#"some x tiktok {"n":0}"#, r#"other - instagram {"n":1}"#]);
        let passed = |serial: &Serial, app| SkippedDevice { serial: serial.clone(), app };
        let instagram = Some(app_id("instagram"));
        let wanted =
            [passed(&all, None), passed(&all, instagram), passed(&some, instagram), passed(&other, None)];
        assert_eq!(skipped, wanted);
    }
}
