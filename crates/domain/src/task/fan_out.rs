//! From one request to its tasks: every recipient gets one task for each target. What a target is, the script says;
//! which accounts live on a phone, storage knows.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::names::{AppKind, ScriptName, Serial, Username};
use crate::task::interval::Interval;
use crate::task::task::{Source, TaskOptions};

/// The most tasks that one request may make.
pub const MAX_TASKS_PER_REQUEST: usize = 10_000;

/// An account that lives on a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundAccount {
    /// Its name.
    pub username: Username,
    /// Its app.
    pub app: AppKind,
    /// Whether it takes part in requests for every account of its phone.
    pub enabled: bool,
}

/// The accounts of each phone, in their order, the disabled ones included.
pub type AccountsByPhone = HashMap<Serial, Vec<BoundAccount>>;

/// Who gets the tasks of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// Phones, whichever account is signed in.
    Devices(Vec<Serial>),
    /// Every enabled account of each phone; on a phone with no known account, whichever is signed in. One whose accounts
    /// are all disabled gets nothing: whichever is signed in would be one of them.
    AccountsOfDevices(Vec<Serial>),
    /// Accounts, wherever they live.
    Accounts(Vec<Username>),
}

/// One piece of work that every recipient gets a task for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The app that the configuration names, if it names one.
    pub app: Option<AppKind>,
    /// The configuration of this piece of work, as JSON text.
    pub script_config: Arc<str>,
}

/// A request for tasks, each of its parts checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRequest {
    /// Who gets the tasks.
    pub recipients: Recipients,
    /// Which script.
    pub script: ScriptName,
    /// The pieces of work, at least one.
    pub targets: Vec<Target>,
    /// Who asks.
    pub source: Source,
    /// Nothing runs before this moment.
    pub start_time: Option<DateTime<Utc>>,
    /// How much later each following task of a phone starts.
    pub interval: Interval,
    /// Where chance begins: the same number spreads the tasks the same way.
    pub chance: u64,
    /// How each of the tasks is treated.
    pub options: TaskOptions,
}

/// A task that is still to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// The phone, when the request names phones.
    pub serial: Option<Serial>,
    /// The account, when the request is for accounts.
    pub username: Option<Username>,
    /// The app that the configuration names, or the account's; none means the account's app, else the default.
    pub app: Option<AppKind>,
    /// Which script.
    pub script: ScriptName,
    /// The script's configuration as JSON text, shared between the tasks of one target.
    pub script_config: Arc<str>,
    /// Who made it.
    pub source: Source,
    /// It does not run before this moment.
    pub start_time: Option<DateTime<Utc>>,
    /// How it is treated.
    pub options: TaskOptions,
}

/// What a request comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FanOut {
    /// The tasks, in fan-out order.
    pub tasks: Vec<NewTask>,
    /// Who gets less than was asked for, in the order of the request.
    pub passed_over: Vec<PassedOver>,
}

/// A phone that gets no task since every account that might have had one is disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// The phone.
    pub serial: Serial,
    /// The app whose accounts are all disabled; none means all accounts of the phone.
    pub app: Option<AppKind>,
}

/// One request asked for more tasks than one transaction should carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the request makes {count} tasks; at most {MAX_TASKS_PER_REQUEST} are allowed")]
pub struct TooManyTasks {
    /// How many it would have made.
    pub count: usize,
}

impl TaskRequest {
    /// The tasks of the request: recipients outermost in the order of the request, each named once, then the accounts
    /// of a phone, then targets. `accounts` is asked only for [`Recipients::AccountsOfDevices`].
    ///
    /// # Errors
    /// [`TooManyTasks`] above [`MAX_TASKS_PER_REQUEST`].
    pub fn fan_out(&self, accounts: &AccountsByPhone) -> Result<FanOut, TooManyTasks> {
        let mut tasks = Tasks::default();
        let mut passed_over = Vec::new();
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
                    passed_over.extend(disabled.map(|app| PassedOver { serial: serial.clone(), app }));
                }
            }
        }
        Ok(FanOut { tasks: tasks.finish()?, passed_over })
    }

    /// An enabled account gets the targets that are for its app or for any; a target that no account could take, were it
    /// enabled, is for whichever account is signed in. Gives the apps of the targets that only disabled accounts could
    /// take.
    fn for_accounts(
        &self,
        serial: &Serial,
        accounts: &[BoundAccount],
        tasks: &mut Tasks,
    ) -> Vec<Option<AppKind>> {
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
        account: Option<(&Username, Option<AppKind>)>,
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

/// The tasks so far; beyond the most that are allowed they are only counted.
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
            chance: 0,
            options: TaskOptions::default(),
        }
    }

    fn serials(names: &[&str]) -> Recipients {
        Recipients::Devices(names.iter().map(|name| Serial::new(name).unwrap()).collect())
    }

    #[test]
    fn devices_are_outermost_and_duplicates_are_folded() {
        let tasks = request(serials(&["b", "a", "b"]), 2).fan_out(&AccountsByPhone::new()).unwrap().tasks;
        let made: Vec<(&str, &str)> =
            tasks.iter().map(|task| (task.serial.as_ref().unwrap().as_str(), &*task.script_config)).collect();
        assert_eq!(made, [("b", "{\"n\":0}"), ("b", "{\"n\":1}"), ("a", "{\"n\":0}"), ("a", "{\"n\":1}")]);
    }

    #[test]
    fn spellings_of_one_account_are_one_recipient() {
        let names = ["@Maker", "maker", "other"].map(|name| Username::new(name).unwrap());
        let tasks =
            request(Recipients::Accounts(names.to_vec()), 1).fan_out(&AccountsByPhone::new()).unwrap().tasks;
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
            request(serials(&names), 100).fan_out(&AccountsByPhone::new()).unwrap().tasks.len(),
            MAX_TASKS_PER_REQUEST
        );
        assert_eq!(
            request(serials(&names), 101).fan_out(&AccountsByPhone::new()),
            Err(TooManyTasks { count: 10_100 })
        );
    }

    fn account(name: &str, app: AppKind, enabled: bool) -> BoundAccount {
        BoundAccount { username: Username::new(name).unwrap(), app, enabled }
    }

    /// A request for the accounts of these phones with a target for any app and one for Instagram, and its tasks as
    /// phone, account, app and target.
    fn for_accounts_of(names: &[&str], accounts: &AccountsByPhone) -> (Vec<String>, Vec<PassedOver>) {
        let Recipients::Devices(phones) = serials(names) else { unreachable!() };
        let mut request = request(Recipients::AccountsOfDevices(phones), 2);
        request.targets[1].app = Some(AppKind::Instagram);
        let FanOut { tasks, passed_over } = request.fan_out(accounts).unwrap();
        let made = tasks.iter().map(|task| {
            let username = task.username.as_ref().map_or("-", Username::as_str);
            let app = task.app.map_or("-", AppKind::as_str);
            format!("{} {username} {app} {}", task.serial.as_ref().unwrap(), task.script_config)
        });
        (made.collect(), passed_over)
    }

    #[test]
    fn every_account_of_a_phone_gets_the_targets_of_its_app_and_a_phone_without_one_its_signed_in_account() {
        let accounts = AccountsByPhone::from([(
            Serial::new("a").unwrap(),
            vec![account("x", AppKind::TikTok, true), account("y", AppKind::Instagram, true)],
        )]);
        let (made, passed_over) = for_accounts_of(&["a", "b", "a"], &accounts);
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
        assert_eq!(passed_over, []);
    }

    #[test]
    fn a_disabled_account_gets_nothing_and_keeps_its_phone_from_being_one_without_an_account() {
        let [all, some, other] = ["all", "some", "other"].map(|name| Serial::new(name).unwrap());
        let accounts = AccountsByPhone::from([
            (
                all.clone(),
                vec![account("x", AppKind::TikTok, false), account("y", AppKind::Instagram, false)],
            ),
            (
                some.clone(),
                vec![account("x", AppKind::TikTok, true), account("y", AppKind::Instagram, false)],
            ),
            (other.clone(), vec![account("x", AppKind::TikTok, false)]),
        ]);
        let (made, passed_over) = for_accounts_of(&["all", "some", "other"], &accounts);
        assert_eq!(made, [r#"some x tiktok {"n":0}"#, r#"other - instagram {"n":1}"#]);
        let passed = |serial: &Serial, app| PassedOver { serial: serial.clone(), app };
        let instagram = Some(AppKind::Instagram);
        let wanted =
            [passed(&all, None), passed(&all, instagram), passed(&some, instagram), passed(&other, None)];
        assert_eq!(passed_over, wanted);
    }
}
