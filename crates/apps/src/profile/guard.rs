//! Profiles in the form that the script engine uses.

use std::sync::Arc;

use tikmatrix_device::script::{Dismissal, ScreenGuard, ScreenVerdict};
use tikmatrix_device::ui::UiTree;

use crate::profile::file::Profile;
use crate::profile::signs::Blocking;

/// A guard for the screens of one app, and for the windows that Android puts over it.
#[derive(Debug, Clone)]
pub struct AppGuard {
    android: Arc<Profile>,
    app: Arc<Profile>,
    /// The app's package on the phone.
    package: Option<String>,
}

impl AppGuard {
    /// A guard for the app with the profile `app`.
    #[must_use]
    pub fn new(android: Arc<Profile>, app: Arc<Profile>) -> Self {
        Self { android, app, package: None }
    }

    /// The same for the app under this package, which may be a clone of it.
    #[must_use]
    pub fn running_as(self, package: &str) -> Self {
        Self { package: Some(package.to_owned()), ..self }
    }

    fn blocking(&self, tree: &UiTree) -> Option<&Blocking> {
        self.android.blocking.iter().chain(&self.app.blocking).find(|it| it.signs().are_on(tree))
    }
}

impl ScreenGuard for AppGuard {
    fn judge(&self, tree: &UiTree) -> ScreenVerdict {
        if let Some(blocking) = self.blocking(tree) {
            let Blocking { code, dismissible, .. } = *blocking;
            return ScreenVerdict::Blocked { code, remark: blocking.remark.clone(), dismissible };
        }
        let popups = self.android.popups.iter().chain(&self.app.popups);
        match popups.into_iter().find(|popup| popup.signs().are_on(tree)) {
            Some(popup) => {
                let dismissal = popup
                    .dismiss
                    .as_deref()
                    .map_or(Dismissal::Back, |it| Dismissal::Tap(Box::new(it.clone())));
                ScreenVerdict::Popup { name: popup.name.clone(), dismissal }
            }
            None => ScreenVerdict::Clear,
        }
    }

    fn name(&self, tree: &UiTree) -> Option<String> {
        let blocking = self.blocking(tree).map(|it| it.name.clone());
        let popups = self.android.popups.iter().chain(&self.app.popups);
        let popup = || popups.into_iter().find(|it| it.signs().are_on(tree)).map(|it| it.name.clone());
        let screen = || self.android.screen(tree).or_else(|| self.app.screen(tree)).map(|it| it.name.clone());
        blocking.or_else(popup).or_else(screen)
    }

    fn hint(&self, tree: &UiTree) -> Option<String> {
        let is_of_app = self.package.as_deref() == Some(tree.package());
        let app = &self.app.name;
        (is_of_app && self.name(tree).is_none()).then(|| {
            format!(
                "if {app} is not in English on this phone, set its language to English: no other is known"
            )
        })
    }
}
