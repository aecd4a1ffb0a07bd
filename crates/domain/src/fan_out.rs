//! From one request to its tasks: every recipient gets one task for each target. What a target is, the script says;
//! on which phone an account lives, storage knows.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::names::{AppKind, ScriptName, Serial, Username};
use crate::task::Source;

/// The most tasks that one request may make.
pub const MAX_TASKS_PER_REQUEST: usize = 10_000;

/// Who gets the tasks of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// Phones, whichever account is signed in.
    Devices(Vec<Serial>),
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
}

/// A task that is still to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// The phone, when the request names phones.
    pub serial: Option<Serial>,
    /// The account, when the request names accounts.
    pub username: Option<Username>,
    /// The app that the configuration names; none means the account's app, else the default.
    pub app: Option<AppKind>,
    /// Which script.
    pub script: ScriptName,
    /// The script's configuration as JSON text, shared between the tasks of one target.
    pub script_config: Arc<str>,
    /// Who made it.
    pub source: Source,
    /// It does not run before this moment.
    pub start_time: Option<DateTime<Utc>>,
}

/// One request asked for more tasks than one transaction should carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the request makes {count} tasks; at most {MAX_TASKS_PER_REQUEST} are allowed")]
pub struct TooManyTasks {
    /// How many it would have made.
    pub count: usize,
}

impl TaskRequest {
    /// The tasks of the request: recipients outermost in the order of the request, each named once, then targets.
    ///
    /// # Errors
    /// [`TooManyTasks`] above [`MAX_TASKS_PER_REQUEST`]; nothing is built then.
    pub fn fan_out(&self) -> Result<Vec<NewTask>, TooManyTasks> {
        match &self.recipients {
            Recipients::Devices(serials) => self.for_each(serials, |serial| (Some(serial.clone()), None)),
            Recipients::Accounts(usernames) => {
                self.for_each(usernames, |username| (None, Some(username.clone())))
            }
        }
    }

    fn for_each<Name: Eq + Hash>(
        &self,
        recipients: &[Name],
        place: impl Fn(&Name) -> (Option<Serial>, Option<Username>),
    ) -> Result<Vec<NewTask>, TooManyTasks> {
        let mut seen = HashSet::new();
        let distinct: Vec<&Name> = recipients.iter().filter(|name| seen.insert(*name)).collect();
        let count = distinct.len().saturating_mul(self.targets.len());
        if count > MAX_TASKS_PER_REQUEST {
            return Err(TooManyTasks { count });
        }
        let mut tasks = Vec::with_capacity(count);
        for recipient in distinct {
            for target in &self.targets {
                let (serial, username) = place(recipient);
                tasks.push(NewTask {
                    serial,
                    username,
                    app: target.app,
                    script: self.script.clone(),
                    script_config: Arc::clone(&target.script_config),
                    source: self.source,
                    start_time: self.start_time,
                });
            }
        }
        Ok(tasks)
    }
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
        }
    }

    fn serials(names: &[&str]) -> Recipients {
        Recipients::Devices(names.iter().map(|name| Serial::new(name).unwrap()).collect())
    }

    #[test]
    fn devices_are_outermost_and_duplicates_are_folded() {
        let tasks = request(serials(&["b", "a", "b"]), 2).fan_out().unwrap();
        let made: Vec<(&str, &str)> =
            tasks.iter().map(|task| (task.serial.as_ref().unwrap().as_str(), &*task.script_config)).collect();
        assert_eq!(made, [("b", "{\"n\":0}"), ("b", "{\"n\":1}"), ("a", "{\"n\":0}"), ("a", "{\"n\":1}")]);
    }

    #[test]
    fn spellings_of_one_account_are_one_recipient() {
        let names = ["@Maker", "maker", "other"].map(|name| Username::new(name).unwrap());
        let tasks = request(Recipients::Accounts(names.to_vec()), 1).fan_out().unwrap();
        let usernames: Vec<&str> =
            tasks.iter().map(|task| task.username.as_ref().unwrap().as_str()).collect();
        assert_eq!(usernames, ["maker", "other"]);
        assert!(tasks.iter().all(|task| task.serial.is_none()));
    }

    #[test]
    fn more_tasks_than_one_request_may_make_are_refused_by_number() {
        let names: Vec<String> = (0..100).map(|number| format!("p{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(request(serials(&names), 100).fan_out().unwrap().len(), MAX_TASKS_PER_REQUEST);
        assert_eq!(request(serials(&names), 101).fan_out(), Err(TooManyTasks { count: 10_100 }));
    }
}
