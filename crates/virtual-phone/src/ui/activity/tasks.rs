//! The apps that run, and their back stack.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::ui::activity::apps::Apps;
use crate::ui::app::{App, Outcome};
use crate::ui::fault::Fault;
use crate::ui::intent::{Component, Delivery, StartResult};

/// The launcher's index. It can only be covered, never left.
const LAUNCHER: usize = 0;

/// The apps and which of them are open.
pub struct Tasks {
    /// The installed apps.
    pub apps: Apps,
    /// The apps that have a process, by index.
    running: BTreeSet<usize>,
    /// The apps over the launcher by index, the one in front last.
    stack: Vec<usize>,
}

impl Tasks {
    /// The launcher in front, nothing else running.
    pub(crate) fn new(apps: Apps) -> Self {
        Self { apps, running: BTreeSet::from([LAUNCHER]), stack: Vec::new() }
    }

    /// Whether the app has a process.
    pub fn is_running(&self, package: &str) -> bool {
        self.apps.index_of(package).is_some_and(|index| self.running.contains(&index))
    }

    /// The app in front.
    pub(crate) fn front(&self) -> &dyn App {
        self.apps.get(self.front_index())
    }

    /// The app in front.
    pub(crate) fn front_mut(&mut self) -> &mut dyn App {
        self.apps.get_mut(self.front_index())
    }

    /// Arms a fault in all apps.
    pub(crate) fn arm(&mut self, fault: Fault) {
        self.apps.arm(fault, self.front_index());
    }

    /// Passes the request to an app and brings it to the front.
    pub(crate) fn deliver(&mut self, index: usize, delivery: &Delivery, now: DateTime<Utc>) -> StartResult {
        let was_running = !self.running.insert(index);
        let app = self.apps.get_mut(index);
        let identity = app.identity();
        let component = Component::new(identity.package, &delivery.class);
        let resumes =
            was_running && delivery.class == identity.main_activity && delivery.intent.data.is_none();
        if !resumes {
            app.open(delivery, now);
        }
        if index == LAUNCHER {
            self.stack.clear();
        } else {
            self.stack.retain(|entry| *entry != index);
            self.stack.push(index);
        }
        if resumes { StartResult::BroughtToFront(component) } else { StartResult::Started(component) }
    }

    /// Carries out an app's outcome.
    pub(crate) fn follow(&mut self, outcome: Outcome, now: DateTime<Utc>) {
        match outcome {
            Outcome::Stay => {}
            Outcome::Leave => {
                self.stack.pop();
            }
            Outcome::Open(intent) => {
                if let Some((index, class)) = self.apps.targets(&intent).into_iter().next() {
                    self.deliver(index, &Delivery { intent, class: class.to_owned(), media: None }, now);
                }
            }
        }
    }

    /// Brings the launcher to the front; the apps keep running.
    pub(crate) fn go_home(&mut self) {
        self.stack.clear();
    }

    /// Kills an app. `false` when it is not installed.
    pub(crate) fn stop(&mut self, package: &str) -> bool {
        let Some(index) = self.apps.index_of(package) else {
            return false;
        };
        self.apps.get_mut(index).stop();
        if index != LAUNCHER {
            self.running.remove(&index);
        }
        self.stack.retain(|entry| *entry != index);
        true
    }

    fn front_index(&self) -> usize {
        self.stack.last().copied().unwrap_or(LAUNCHER)
    }
}
