//! Profiles in the form that the script engine uses.

use std::sync::Arc;

use tikmatrix_device::script::{Dismissal, ScreenGuard, ScreenVerdict};
use tikmatrix_device::ui::UiTree;

use crate::profile::file::Profile;

/// A guard for the screens of one app, and for the windows that Android puts over it.
#[derive(Debug, Clone)]
pub struct AppGuard {
    android: Arc<Profile>,
    app: Arc<Profile>,
}

impl AppGuard {
    /// A guard for the app with the profile `app`.
    #[must_use]
    pub fn new(android: Arc<Profile>, app: Arc<Profile>) -> Self {
        Self { android, app }
    }
}

impl ScreenGuard for AppGuard {
    fn judge(&self, tree: &UiTree) -> ScreenVerdict {
        if let Some(blocking) = self.app.blocking.iter().find(|blocking| blocking.signs().are_on(tree)) {
            return ScreenVerdict::Blocked { code: blocking.code, remark: blocking.remark.clone() };
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
        let blocking = self.app.blocking.iter().find(|it| it.signs().are_on(tree)).map(|it| it.name.clone());
        let popups = self.android.popups.iter().chain(&self.app.popups);
        let popup = || popups.into_iter().find(|it| it.signs().are_on(tree)).map(|it| it.name.clone());
        blocking.or_else(popup).or_else(|| self.app.screen(tree).map(|screen| screen.name.clone()))
    }
}
