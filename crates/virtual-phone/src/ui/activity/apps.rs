//! The installed apps.

use chrono::{DateTime, Utc};

use crate::ui::app::{App, Identity};
use crate::ui::fault::Fault;
use crate::ui::intent::{ACTION_MAIN, Component, Intent};
use crate::ui::report::AppsReport;

/// The apps, by index; the launcher is the first.
pub struct Apps {
    launcher: Box<dyn App>,
    others: Vec<Box<dyn App>>,
}

impl Apps {
    pub(crate) fn new(launcher: Box<dyn App>, others: Vec<Box<dyn App>>) -> Self {
        Self { launcher, others }
    }

    /// Their identities, in the order of their indexes.
    pub fn identities(&self) -> Vec<Identity> {
        self.iter().map(App::identity).collect()
    }

    /// Whether the package is an app with a screen.
    pub fn is_installed(&self, package: &str) -> bool {
        self.index_of(package).is_some()
    }

    /// The activities that can take the request, as in `cmd package query-activities`.
    pub fn query_activities(&self, intent: &Intent) -> Vec<Component> {
        let targets = self.targets(intent).into_iter();
        targets.map(|(index, class)| Component::new(self.get(index).identity().package, class)).collect()
    }

    /// The reports of the apps.
    pub fn report(&self) -> AppsReport {
        self.iter().filter_map(App::report).map(|(kind, report)| (kind.to_owned(), report)).collect()
    }

    /// The app of this index; of an unknown one the launcher.
    pub(crate) fn get(&self, index: usize) -> &dyn App {
        self.iter().nth(index).unwrap_or(self.launcher.as_ref())
    }

    /// The app of this index; of an unknown one the launcher.
    pub(crate) fn get_mut(&mut self, index: usize) -> &mut dyn App {
        match index.checked_sub(1).and_then(|index| self.others.get_mut(index)) {
            Some(app) => app.as_mut(),
            None => self.launcher.as_mut(),
        }
    }

    /// The index of the app with this package.
    pub(crate) fn index_of(&self, package: &str) -> Option<usize> {
        self.iter().position(|app| app.identity().package == package)
    }

    /// The apps, by index, and activities that can take the request.
    pub(crate) fn targets(&self, intent: &Intent) -> Vec<(usize, &'static str)> {
        self.iter().enumerate().filter_map(|(index, app)| Some((index, target(app, intent)?))).collect()
    }

    /// Advances the time of all apps.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>) {
        self.iter_mut().for_each(|app| app.advance(now));
    }

    /// Arms a fault in all apps, of which the one of index `front` is seen.
    pub(crate) fn arm(&mut self, fault: Fault, front: usize) {
        self.iter_mut().enumerate().for_each(|(index, app)| app.arm(fault, index == front));
    }

    /// Signs in a further account in the app of this id, such as `tiktok`. `false` when there is no such app.
    pub(crate) fn sign_in(&mut self, id: &str, username: &str) -> bool {
        let app = self.iter_mut().find(|app| app.report().is_some_and(|(known, _)| known == id));
        app.map(|app| app.sign_in(username)).is_some()
    }

    /// Ends all faults.
    pub(crate) fn clear_faults(&mut self) {
        self.iter_mut().for_each(App::clear_faults);
    }

    fn iter(&self) -> impl Iterator<Item = &dyn App> {
        std::iter::once(self.launcher.as_ref()).chain(self.others.iter().map(AsRef::as_ref))
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut (dyn App + 'static)> {
        std::iter::once(self.launcher.as_mut()).chain(self.others.iter_mut().map(AsMut::as_mut))
    }
}

/// The activity of an app that takes the request.
fn target(app: &dyn App, intent: &Intent) -> Option<&'static str> {
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
}
