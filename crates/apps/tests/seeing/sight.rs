//! What the profiles see on a test screen, in the words of the table.

use std::sync::Arc;

use tikmatrix_apps::{AppDriver as _, AppGuard, Profile, TikTok, instagram};
use tikmatrix_device::script::{Dismissal, ScreenGuard as _, ScreenVerdict};
use tikmatrix_device::ui::UiTree;

/// The profiles of Android and of the apps, with their guards.
pub(crate) struct Eyes {
    android: Arc<Profile>,
    tiktok: Arc<Profile>,
    instagram: Arc<Profile>,
}

impl Eyes {
    pub(crate) fn new() -> Self {
        Self {
            android: Arc::new(Profile::android().unwrap()),
            tiktok: Arc::clone(TikTok::new().unwrap().profile()),
            instagram: Arc::clone(instagram().unwrap().profile()),
        }
    }

    /// The profile of the app of a file: Instagram's files begin with its letters, windows of Android lie over TikTok.
    pub(crate) fn app(&self, file: &str) -> &Arc<Profile> {
        if file.starts_with("ig_") { &self.instagram } else { &self.tiktok }
    }

    /// The id of the screen, or `-`.
    pub(crate) fn screen(&self, file: &str, tree: &UiTree) -> String {
        let screen = self.android.screen(tree).or_else(|| self.app(file).screen(tree));
        screen.map_or_else(|| "-".to_owned(), |screen| screen.id.clone())
    }

    /// `clear`, `popup:` with what is tapped, or `blocked:` with the failure code.
    pub(crate) fn sight(&self, file: &str, tree: &UiTree) -> String {
        let guard = AppGuard::new(Arc::clone(&self.android), Arc::clone(self.app(file)));
        match guard.judge(tree) {
            ScreenVerdict::Clear => "clear".to_owned(),
            ScreenVerdict::Blocked { code, .. } => format!("blocked:{}", code.as_str()),
            ScreenVerdict::Popup { dismissal: Dismissal::Tap(selector), .. } => {
                let tapped = selector.find(tree);
                let shown = tapped.map(|it| format!("{}{}", it.text, it.description)).unwrap_or_default();
                format!("popup:{shown}")
            }
            ScreenVerdict::Popup { dismissal: Dismissal::Back, .. } => "popup:Back".to_owned(),
        }
    }
}
