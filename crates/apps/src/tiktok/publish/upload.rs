//! The wait for the end of an upload: the percentage in the badge, or in a cell of the profile where the badge is a window
//! that no dump shows; and the ends that are no post.

use std::time::Duration;

use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::StandardFailure;

use crate::journey::{after_post, unconfirmed};
use crate::tiktok::own_profile::OwnProfile;
use crate::tiktok::publish::create_elements::CreateElements;
use crate::tiktok::publish::taps::{QUERY_INTERVAL, look};
use crate::tiktok::screens::Screens;

/// An upload that shows no badge for so long was too quick for it, or its badge is in a window of its own.
const BADGE_TIMEOUT: Duration = Duration::from_secs(6);
/// A badge that is gone for so long does not come back.
const GONE_TIME: Duration = Duration::from_secs(3);
/// The longest wait for an upload whose percentage rises.
const MAX_UPLOAD_TIME: Duration = Duration::from_secs(15 * 60);

/// The wait for the end of an upload.
pub(super) struct UploadWait<'a> {
    pub(super) screens: &'a Screens,
    pub(super) elements: &'a CreateElements,
    pub(super) own_profile: OwnProfile,
}

impl UploadWait<'_> {
    /// Waits until no percentage is shown any more. While it rises the wait goes on.
    pub(super) async fn wait(
        &self,
        context: &mut Context,
        timeout: Duration,
        progress: &mut (dyn for<'c> FnMut(&'c mut Context, u8) + Send),
    ) -> Result<(), Failure> {
        let started = context.phone().stopwatch();
        let mut rose = context.phone().stopwatch();
        let mut gone = context.phone().stopwatch();
        let mut percent: Option<u8> = None;
        loop {
            let tree = look(context).await?;
            self.check_end(&tree)?;
            let is_profile = self.screens.is(&tree, "own_profile");
            match self.percent(&tree, is_profile) {
                Some(now) => {
                    if now > percent {
                        (percent, rose) = (now, context.phone().stopwatch());
                    }
                    percent = percent.or(Some(0));
                    gone = context.phone().stopwatch();
                    progress(context, percent.unwrap_or(0));
                }
                None if percent.is_some() && gone.elapsed() >= GONE_TIME => return Ok(()),
                None if percent.is_none() && is_profile => return Ok(()),
                None if percent.is_none()
                    && started.elapsed() >= BADGE_TIMEOUT.min(timeout)
                    && self.screens.elements.home_tab.is_on(&tree) =>
                {
                    self.own_profile.open_by_tab(context).await.map_err(after_post)?;
                    continue;
                }
                None => {}
            }
            let limit = if percent.is_some() { timeout } else { timeout.max(BADGE_TIMEOUT) };
            if is_over(started.elapsed(), rose.elapsed(), limit) {
                let seconds = started.elapsed().as_secs();
                let reached = percent.map_or_else(
                    || "did not show that it began".to_owned(),
                    |percent| format!("was at {percent}%"),
                );
                let what = format!(
                    "the upload {reached} after {seconds} s; if the post does not appear, create a new task with a larger \
                     upload_wait_time, since a retry waits no longer"
                );
                return Err(unconfirmed(context, &what));
            }
            context.phone().pause(QUERY_INTERVAL).await;
        }
    }

    /// The percentage on the screen, if one is shown; none in it if it cannot be read. On the profile only the grid has one:
    /// names and bios may read like one.
    fn percent(&self, tree: &UiTree, is_profile: bool) -> Option<Option<u8>> {
        let elements = &self.screens.elements;
        let shown = if is_profile { &elements.posting } else { &elements.upload_percent };
        shown.find(tree).map(|node| leading_number(&node.text))
    }

    /// Checks that the app does not report that there is no post.
    ///
    /// # Errors
    /// [`Failure`] with the code of what it reports: nothing was published.
    fn check_end(&self, tree: &UiTree) -> Result<(), Failure> {
        let CreateElements { upload_refused, undecodable, .. } = self.elements;
        if let Some(message) = upload_refused.find(tree) {
            let remark = format!(
                "TikTok did not take the upload ({:?}), and nothing was published: check the phone's network and the account \
                 in the app, then create a new task",
                message.text.trim()
            );
            return Err(Failure::new(StandardFailure::UploadFailed, remark));
        }
        if let Some(message) = undecodable.find(tree) {
            let remark = format!(
                "TikTok cannot decode the file ({:?}), and nothing was published: use another file, such as an MP4 with H.264",
                message.text.trim()
            );
            return Err(Failure::new(StandardFailure::MaterialRefused, remark));
        }
        if self.screens.is(tree, "drafts") {
            let remark = "TikTok kept the post as a draft instead of publishing it: publish or delete the draft in the app, \
                          then create a new task if you deleted it";
            return Err(Failure::new(StandardFailure::SavedToDrafts, remark));
        }
        Ok(())
    }
}

/// Whether the wait ends, of which `limit` is the time without a rise of the percentage that is waited for.
fn is_over(elapsed: Duration, since_rise: Duration, limit: Duration) -> bool {
    (elapsed >= limit && since_rise >= limit) || elapsed >= MAX_UPLOAD_TIME.max(limit)
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

    #[test]
    fn a_rising_percentage_is_waited_for_up_to_15_minutes() {
        for (elapsed, since_rise, limit, over) in [
            (29, 29, 30, false),
            (30, 30, 30, true),
            (600, 29, 30, false),
            (600, 30, 30, true),
            (899, 0, 30, false),
            (900, 0, 30, true),
            (3599, 3599, 3600, false),
            (3600, 0, 3600, true),
        ] {
            let [elapsed, since_rise, limit] = [elapsed, since_rise, limit].map(Duration::from_secs);
            assert_eq!(is_over(elapsed, since_rise, limit), over, "{elapsed:?} {since_rise:?} {limit:?}");
        }
    }
}
