//! The page of a sound, opened by any form of its URL: the app itself follows short ones.

use std::time::Duration;

use tikmatrix_device::android::{self, Intent};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::StandardFailure;

use super::elements::OptionElements;
use super::rows::{LOST_TAP_TIMEOUT, MAX_TAPS};
use crate::tiktok::screens::{START_TIMEOUT, Screens};

/// The page of a sound, and what it leads to.
pub(super) struct SoundPage<'a> {
    pub(super) screens: &'a Screens,
    pub(super) elements: &'a OptionElements,
}

impl SoundPage<'_> {
    pub(super) async fn use_sound_of_page(
        &self,
        context: &mut Context,
        package: &str,
        url: &str,
        timeout: Duration,
    ) -> Result<String, Failure> {
        let link = Intent {
            action: Some("android.intent.action.VIEW".to_owned()),
            data: Some(url.to_owned()),
            package: Some(package.to_owned()),
            ..Intent::default()
        };
        android::start(context.phone(), &link, context.soon()).await?;
        let elements = self.elements;
        // Twice the same: the title is there before the sound is loaded.
        let mut before = None;
        let page = |tree: &UiTree| {
            if !elements.use_sound.is_on(tree) {
                // A title may read so too, but then the sound can be used.
                return elements.sound_gone.is_on(tree).then_some(None);
            }
            let title = Some(elements.sound_title.find(tree)?.text.clone()).filter(|title| !title.is_empty());
            let still = title.clone().filter(|_| before == title);
            before = title;
            still.map(Some)
        };
        let waits = timeout.max(START_TIMEOUT);
        let title = match context.screen().wait_until("the page of the sound", waits, page).await {
            Ok(Some(title)) => title,
            Ok(None) => return Err(gone(url, "TikTok says that the sound is not available")),
            Err(failure) if failure.is_not_found() => return Err(gone(url, &failure.to_string())),
            Err(other) => return Err(other),
        };
        for _ in 0..MAX_TAPS {
            context.screen().tap(&elements.use_sound, LOST_TAP_TIMEOUT).await?;
            match self.screens.wait_for(context, "camera", "TikTok's camera", LOST_TAP_TIMEOUT).await {
                Err(failure) if failure.is_not_found() && self.is_page(context) => {}
                Err(failure) if failure.is_not_found() => {
                    return Err(gone(url, &failure.to_string()));
                }
                other => return other.map(|()| title),
            }
        }
        Err(gone(url, "TikTok's camera does not open with it"))
    }

    fn is_page(&self, context: &Context) -> bool {
        context.last_tree().is_some_and(|tree| self.elements.use_sound.is_on(tree))
    }
}

fn gone(url: &str, why: &str) -> Failure {
    let remark = format!("the sound {url} cannot be used: {why}; see sound_name");
    Failure::new(StandardFailure::SoundUnavailable, remark)
}
