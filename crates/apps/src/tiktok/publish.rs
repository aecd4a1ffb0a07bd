//! From a shared video to the end of its upload: editor, caption screen, Post, the badge that counts up. Whether it was
//! published is the `confirm` module's to see.

use std::time::Duration;

use tikmatrix_device::android::{self, Intent, Key};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::{UiTree, tap_point};

use super::{STARTING, TikTok};

/// For a screen that follows from a tap.
const NEXT_SCREEN: Duration = Duration::from_secs(20);
/// A tap that changed nothing for so long was lost.
const LOST_TAP: Duration = Duration::from_secs(4);
/// A tap is repeated at most so often, and only while nothing changed.
const MOST_TAPS: u32 = 3;
/// Between two looks at the badge.
const PAUSE: Duration = Duration::from_millis(300);
/// An upload that shows no badge for so long was too quick for it to be seen.
const BADGE_APPEARS: Duration = Duration::from_secs(6);

/// What is written under a video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// The line above the description; empty for none.
    pub title: String,
    /// The text.
    pub description: String,
}

impl TikTok {
    /// Hands a video to the app as the system's share sheet does, and waits for the editor.
    ///
    /// # Errors
    /// [`Failure`] when the app does not take it or the editor does not come.
    pub async fn share(
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
        context.find(&self.elements.next, STARTING).await?;
        Ok(())
    }

    /// Goes on from the editor to the caption screen.
    ///
    /// # Errors
    /// [`Failure`] when it does not come.
    pub async fn leave_editor(&self, context: &mut Context) -> Result<(), Failure> {
        for _ in 0..MOST_TAPS {
            context.tap(&self.elements.next, NEXT_SCREEN).await?;
            match self.wait_for_screen(context, "caption", "TikTok's caption screen", LOST_TAP * 2).await {
                Err(Failure::NotFound { .. }) if self.is_last_screen(context, "editor") => {}
                other => return other,
            }
        }
        self.wait_for_screen(context, "caption", "TikTok's caption screen", NEXT_SCREEN).await
    }

    /// Writes the caption on the caption screen.
    ///
    /// # Errors
    /// [`Failure::TextDiffers`] when it is not there letter for letter afterwards.
    pub async fn write_caption(&self, context: &mut Context, caption: &Caption) -> Result<(), Failure> {
        if !caption.title.is_empty() {
            context.fill(&self.elements.title_field, &caption.title, NEXT_SCREEN).await?;
        }
        if !caption.description.is_empty() {
            context.fill(&self.elements.description_field, &caption.description, NEXT_SCREEN).await?;
        }
        Ok(())
    }

    /// Taps Post and whatever asks once more, until the caption screen is gone. Before the first tap every failure
    /// leaves nothing published; after it the failure says that it is not known.
    ///
    /// # Errors
    /// [`Failure`] as said.
    pub async fn post(&self, context: &mut Context) -> Result<(), Failure> {
        let tapped = match context.tap(&self.elements.post, LOST_TAP).await {
            // Suggestions for hashtags, or a keyboard, may cover the button; the back key takes them away.
            Err(Failure::NotFound { .. }) => {
                android::press(context.phone(), Key::Back, context.soon()).await?;
                context.tap(&self.elements.post, NEXT_SCREEN).await
            }
            other => other,
        };
        match tapped {
            Ok(_) => {}
            // The connection may have been lost on the very tap.
            Err(failure @ Failure::Phone(_)) => return Err(after_post(failure)),
            Err(failure) => return Err(failure),
        }
        self.leave_caption_screen(context).await
    }

    async fn leave_caption_screen(&self, context: &mut Context) -> Result<(), Failure> {
        let started = context.phone().stopwatch();
        let mut tapped = context.phone().stopwatch();
        let mut taps = 1;
        loop {
            let tree = look(context).await?;
            let confirmation = self.elements.confirm_post.find(&tree).and_then(tap_point);
            let is_caption = self.profile.screen(&tree).is_some_and(|screen| screen.id == "caption");
            if let Some(point) = confirmation {
                android::tap(context.phone(), point, context.soon())
                    .await
                    .map_err(|it| after_post(it.into()))?;
            } else if !is_caption {
                return Ok(());
            } else if taps < MOST_TAPS && tapped.elapsed() > LOST_TAP {
                context.tap(&self.elements.post, NEXT_SCREEN).await.map_err(after_post)?;
                (tapped, taps) = (context.phone().stopwatch(), taps + 1);
            }
            if started.elapsed() > NEXT_SCREEN * 2 {
                return Err(unconfirmed(context, "Post was tapped, but the caption screen stayed"));
            }
            context.phone().pause(PAUSE).await;
        }
    }

    /// Follows the upload's badge until it is gone, at most for `patience`. `progress` gets its percentage. Whether the
    /// upload has ended well is not known then: the badge goes with an app that ends, too.
    ///
    /// # Errors
    /// [`Failure::Unconfirmed`] when it is still there then.
    pub async fn wait_for_upload(
        &self,
        context: &mut Context,
        patience: Duration,
        mut progress: impl FnMut(&mut Context, u8) + Send,
    ) -> Result<(), Failure> {
        let started = context.phone().stopwatch();
        let mut percent: Option<u8> = None;
        loop {
            let tree = look(context).await?;
            match self.elements.upload_percent.find(&tree).map(|it| leading_number(&it.text)) {
                Some(now) => {
                    percent = now.or(percent).or(Some(0));
                    progress(context, percent.unwrap_or(0));
                }
                None if percent.is_some() => return Ok(()),
                // A short video, or a build without the badge.
                None if started.elapsed() >= BADGE_APPEARS.min(patience)
                    && self.elements.home_tab.is_on(&tree) =>
                {
                    return Ok(());
                }
                None => {}
            }
            let limit = if percent.is_some() { patience } else { patience.max(BADGE_APPEARS) };
            if started.elapsed() >= limit {
                let seconds = limit.as_secs();
                let reached = percent.map_or_else(
                    || "did not show that it began".to_owned(),
                    |percent| format!("was at {percent}%"),
                );
                let what = format!("the upload {reached} after {seconds} s (upload_wait_time)");
                return Err(unconfirmed(context, &what));
            }
            context.phone().pause(PAUSE).await;
        }
    }

    pub(super) async fn wait_for_screen(
        &self,
        context: &mut Context,
        id: &str,
        name: &str,
        patience: Duration,
    ) -> Result<(), Failure> {
        let is_shown =
            |tree: &UiTree| self.profile.screen(tree).is_some_and(|screen| screen.id == id).then_some(());
        context.wait_until(name, patience, is_shown).await
    }

    pub(super) fn is_last_screen(&self, context: &Context, id: &str) -> bool {
        context.last_tree().and_then(|tree| self.profile.screen(tree)).is_some_and(|screen| screen.id == id)
    }
}

/// A look after Post was tapped.
async fn look(context: &mut Context) -> Result<UiTree, Failure> {
    context.read_screen().await.map_err(after_post)
}

/// After Post was tapped every failure means that it is not known whether the video was published. It must never pass
/// for one after which the same may simply be tried again: that would publish twice.
pub(super) fn after_post(failure: Failure) -> Failure {
    match failure {
        known @ Failure::Unconfirmed(_) => known,
        other => Failure::Unconfirmed(format!(
            "Post was tapped, but it could not be seen whether the video was published: {other}"
        )),
    }
}

pub(super) fn unconfirmed(context: &Context, what: &str) -> Failure {
    Failure::Unconfirmed(format!(
        "{what}; whether it was published is not known; last seen: {}",
        context.last_screen()
    ))
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
