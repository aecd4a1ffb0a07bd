//! The installed apps and their back stack.

use chrono::{DateTime, Utc};

use crate::ui::app::{App, Identity, Outcome};
use crate::ui::fault::Fault;
use crate::ui::intent::{ACTION_MAIN, Component, Delivery, Intent, StartResult};

/// The apps, by index; the launcher is the first and can only be covered, never left.
pub(crate) struct Tasks {
    launcher: Box<dyn App>,
    others: Vec<Box<dyn App>>,
    /// Whether the app of the same index has a process.
    running: Vec<bool>,
    /// The apps over the launcher by index, the one in front last.
    stack: Vec<usize>,
}

impl Tasks {
    /// The launcher in front, nothing else running.
    pub(crate) fn new(launcher: Box<dyn App>, others: Vec<Box<dyn App>>) -> Self {
        let mut running = vec![false; others.len() + 1];
        if let Some(launcher) = running.first_mut() {
            *launcher = true;
        }
        Self { launcher, others, running, stack: Vec::new() }
    }

    /// All apps, in the order of their indexes.
    pub(crate) fn apps(&self) -> impl Iterator<Item = &dyn App> {
        std::iter::once(self.launcher.as_ref()).chain(self.others.iter().map(AsRef::as_ref))
    }

    /// The identity of the app of this index.
    pub(crate) fn identity(&self, index: usize) -> Option<Identity> {
        self.apps().nth(index).map(App::identity)
    }

    /// The index of the app with this package.
    pub(crate) fn index_of(&self, package: &str) -> Option<usize> {
        self.apps().position(|app| app.identity().package == package)
    }

    /// Whether the app has a process.
    pub(crate) fn is_running(&self, package: &str) -> bool {
        self.index_of(package).and_then(|index| self.running.get(index)).copied().unwrap_or_default()
    }

    /// The app in front.
    pub(crate) fn front(&self) -> &dyn App {
        self.apps().nth(self.front_index()).unwrap_or(self.launcher.as_ref())
    }

    /// The app in front.
    pub(crate) fn front_mut(&mut self) -> &mut dyn App {
        let index = self.front_index();
        self.app_mut(index)
    }

    /// Advances the time of all apps.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>) {
        for index in 0..=self.others.len() {
            self.app_mut(index).advance(now);
        }
    }

    /// Arms a fault in all apps.
    pub(crate) fn arm(&mut self, fault: Fault) {
        let front = self.front_index();
        for index in 0..=self.others.len() {
            self.app_mut(index).arm(fault, index == front);
        }
    }

    /// Ends all faults.
    pub(crate) fn clear_faults(&mut self) {
        for index in 0..=self.others.len() {
            self.app_mut(index).clear_faults();
        }
    }

    /// The apps, by index, and activities that can take the request.
    pub(crate) fn targets(&self, intent: &Intent) -> Vec<(usize, &'static str)> {
        let target = |app: &dyn App| {
            let identity = app.identity();
            match (&intent.component, &intent.package) {
                (Some(component), _) => {
                    let known = identity.activities.iter().copied().find(|class| component.class == *class);
                    known.filter(|_| component.package == identity.package)
                }
                (None, Some(package)) if package != identity.package => None,
                (None, Some(_)) if intent.action.as_deref().is_none_or(|action| action == ACTION_MAIN) => {
                    Some(identity.main_activity)
                }
                (None, _) => app.resolve(intent),
            }
        };
        self.apps().enumerate().filter_map(|(index, app)| Some((index, target(app)?))).collect()
    }

    /// Passes the request to an app and brings it to the front.
    pub(crate) fn deliver(&mut self, index: usize, delivery: &Delivery, now: DateTime<Utc>) -> StartResult {
        let was_running = self.running.get(index).copied().unwrap_or_default();
        let app = self.app_mut(index);
        let identity = app.identity();
        let component = Component::new(identity.package, &delivery.class);
        let resumes =
            was_running && delivery.class == identity.main_activity && delivery.intent.data.is_none();
        if !resumes {
            app.open(delivery, now);
        }
        if let Some(running) = self.running.get_mut(index) {
            *running = true;
        }
        if index == 0 {
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
                if let Some((index, class)) = self.targets(&intent).into_iter().next() {
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
        let Some(index) = self.index_of(package) else {
            return false;
        };
        self.app_mut(index).stop();
        if let Some(running) = self.running.get_mut(index) {
            *running = index == 0;
        }
        self.stack.retain(|entry| *entry != index);
        true
    }

    fn front_index(&self) -> usize {
        self.stack.last().copied().unwrap_or_default()
    }

    fn app_mut(&mut self, index: usize) -> &mut dyn App {
        match index.checked_sub(1).and_then(|index| self.others.get_mut(index)) {
            Some(app) => app.as_mut(),
            None => self.launcher.as_mut(),
        }
    }
}
