//! From a shared video to the end of its upload: editor, caption screen, Post, the badge with the percentage.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tikmatrix_device::android::{self, Intent, Key};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::{UiTree, tap_point};

use crate::caption::Caption;
use crate::journey::{Publish, after_post, unconfirmed};
use crate::profile::file::{Profile, ProfileError};
use crate::tiktok::elements::Elements;
use crate::tiktok::screens::{START_TIMEOUT, Screens};

/// For the screen after a tap.
const SCREEN_TIMEOUT: Duration = Duration::from_secs(20);
/// A tap that changed nothing for so long was lost.
const LOST_TAP_TIMEOUT: Duration = Duration::from_secs(4);
/// A tap is repeated only while nothing has changed.
const MAX_TAPS: u32 = 3;
/// Between two queries of the badge.
const QUERY_INTERVAL: Duration = Duration::from_millis(300);
/// An upload that shows no badge for so long was too quick for it.
const BADGE_TIMEOUT: Duration = Duration::from_secs(6);

/// The way from a shared video to the end of its upload.
#[derive(Debug, Clone)]
pub(crate) struct Publishing {
    screens: Arc<Screens>,
    share_activity: String,
}

#[async_trait]
impl Publish for Publishing {
    async fn share(
        &self,
        context: &mut Context,
        package: &str,
        uri: &str,
        mime: &str,
    ) -> Result<(), Failure> {
        let intent = Intent {
            action: Some("android.intent.action.SEND".to_owned()),
            mime: Some(mime.to_owned()),
            stream: Some(uri.to_owned()),
            component: Some(format!("{package}/{}", self.share_activity)),
            ..Intent::default()
        };
        android::start(context.phone(), &intent, context.soon()).await?;
        context.screen().find(&self.screens.elements.next, START_TIMEOUT).await?;
        Ok(())
    }

    async fn leave_editor(&self, context: &mut Context) -> Result<(), Failure> {
        for _ in 0..MAX_TAPS {
            context.screen().tap(&self.screens.elements.next, SCREEN_TIMEOUT).await?;
            match self
                .screens
                .wait_for(context, "caption", "TikTok's caption screen", LOST_TAP_TIMEOUT * 2)
                .await
            {
                Err(failure) if failure.is_not_found() && self.screens.is_last(context, "editor") => {}
                other => return other,
            }
        }
        self.screens.wait_for(context, "caption", "TikTok's caption screen", SCREEN_TIMEOUT).await
    }

    async fn write_caption(&self, context: &mut Context, caption: &Caption) -> Result<(), Failure> {
        let Elements { title_field, description_field, .. } = &self.screens.elements;
        let has_title = context.last_tree().is_none_or(|tree| title_field.is_on(tree));
        let (title, description) = caption.for_fields(has_title);
        for (field, text) in [(title_field, &title), (description_field, &description)] {
            if !text.is_empty() {
                context.text_input().fill(field, text, SCREEN_TIMEOUT).await?;
            }
        }
        Ok(())
    }

    async fn post(&self, context: &mut Context) -> Result<(), Failure> {
        let tapped = match context.screen().tap(&self.screens.elements.post, LOST_TAP_TIMEOUT).await {
            // Suggestions for hashtags, or a keyboard, may cover the button; the back key takes them away.
            Err(failure) if failure.is_not_found() => {
                android::press(context.phone(), Key::Back, context.soon()).await?;
                context.screen().tap(&self.screens.elements.post, SCREEN_TIMEOUT).await
            }
            other => other,
        };
        match tapped {
            Ok(_) => {}
            // The connection may have been lost on the very tap.
            Err(failure) if failure.is_of_phone() => return Err(after_post(failure)),
            Err(failure) => return Err(failure),
        }
        self.leave_caption_screen(context).await
    }

    async fn wait_for_upload(
        &self,
        context: &mut Context,
        timeout: Duration,
        progress: &mut (dyn for<'c> FnMut(&'c mut Context, u8) + Send),
    ) -> Result<(), Failure> {
        let started = context.phone().stopwatch();
        let mut percent: Option<u8> = None;
        loop {
            let tree = look(context).await?;
            match self.screens.elements.upload_percent.find(&tree).map(|it| leading_number(&it.text)) {
                Some(now) => {
                    percent = now.or(percent).or(Some(0));
                    progress(context, percent.unwrap_or(0));
                }
                None if percent.is_some() => return Ok(()),
                // A short video, or a build without the badge.
                None if started.elapsed() >= BADGE_TIMEOUT.min(timeout)
                    && self.screens.elements.home_tab.is_on(&tree) =>
                {
                    return Ok(());
                }
                None => {}
            }
            let limit = if percent.is_some() { timeout } else { timeout.max(BADGE_TIMEOUT) };
            if started.elapsed() >= limit {
                let seconds = limit.as_secs();
                let reached = percent.map_or_else(
                    || "did not show that it began".to_owned(),
                    |percent| format!("was at {percent}%"),
                );
                let what = format!(
                    "the upload {reached} after {seconds} s; if the video does not appear, create a new task with a larger \
                     upload_wait_time, since a retry waits no longer"
                );
                return Err(unconfirmed(context, &what));
            }
            context.phone().pause(QUERY_INTERVAL).await;
        }
    }
}

impl Publishing {
    pub(crate) fn new(screens: Arc<Screens>) -> Result<Self, ProfileError> {
        let Profile { id, share_activity, .. } = &*screens.profile;
        let missing = ProfileError::MissingElement { id, element: "share_activity" };
        let share_activity = share_activity.clone().ok_or(missing)?;
        Ok(Self { screens, share_activity })
    }

    async fn leave_caption_screen(&self, context: &mut Context) -> Result<(), Failure> {
        let started = context.phone().stopwatch();
        let mut tapped = context.phone().stopwatch();
        let mut taps = 1;
        loop {
            let tree = look(context).await?;
            let confirmation = self.screens.elements.confirm_post.find(&tree).and_then(tap_point);
            let is_caption = self.screens.is(&tree, "caption");
            if let Some(point) = confirmation {
                android::tap(context.phone(), point, context.soon())
                    .await
                    .map_err(|it| after_post(it.into()))?;
            } else if !is_caption {
                return Ok(());
            } else if taps < MAX_TAPS && tapped.elapsed() > LOST_TAP_TIMEOUT {
                context
                    .screen()
                    .tap(&self.screens.elements.post, SCREEN_TIMEOUT)
                    .await
                    .map_err(after_post)?;
                (tapped, taps) = (context.phone().stopwatch(), taps + 1);
            }
            if started.elapsed() > SCREEN_TIMEOUT * 2 {
                return Err(unconfirmed(context, "Post was tapped, but the caption screen stayed"));
            }
            context.phone().pause(QUERY_INTERVAL).await;
        }
    }
}

/// Reads the screen after Post was tapped.
async fn look(context: &mut Context) -> Result<UiTree, Failure> {
    context.screen().read().await.map_err(after_post)
}

fn leading_number(text: &str) -> Option<u8> {
    let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|percent| *percent <= 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_badge_is_read_as_a_percentage() {
        assert_eq!(leading_number("91%"), Some(91));
        assert_eq!(leading_number(" 7 %"), Some(7));
        assert_eq!(leading_number("480%"), None);
        assert_eq!(leading_number("done"), None);
    }
}
