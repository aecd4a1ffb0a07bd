//! Seeing with the app's own eyes that a video was published: it is on the account's profile, under its caption.

use std::time::Duration;

use tikmatrix_device::android::{self, Key};
use tikmatrix_device::script::{Context, Failure, Found};
use tikmatrix_device::ui::{UiTree, reads_as};

use super::TikTok;
use super::publish::{Caption, Upload, after_post, unconfirmed};

/// For a screen that follows from a tap.
const NEXT_SCREEN: Duration = Duration::from_secs(15);
/// Pinned videos stand before the newest one; TikTok allows three.
const VIDEOS_TO_OPEN: usize = 4;

/// From a video back to the tabs, with some to spare.
const MOST_BACKS: u32 = 3;

/// What the app shows instead of the end of a long caption.
const CUTS: [&str; 4] = ["... more", "…more", "… more", "..."];

impl TikTok {
    /// Opens the newest videos of the account's own profile until one carries the caption. Without a caption to know it
    /// by, the newest video counts only when its upload was seen to finish. Tried again for `patience`.
    ///
    /// # Errors
    /// [`Failure::Unconfirmed`] with what was seen instead.
    pub async fn confirm_published(
        &self,
        context: &mut Context,
        caption: &Caption,
        upload: Upload,
        patience: Duration,
    ) -> Result<(), Failure> {
        let started = context.phone().stopwatch();
        loop {
            let seen = self.search_profile(context, caption, upload).await;
            let seen = match seen {
                Ok(Search::Published) => return Ok(()),
                Ok(Search::Other(seen)) => seen,
                Err(failure @ (Failure::Blocked(_) | Failure::Phone(_))) => return Err(after_post(failure)),
                Err(failure) => failure.to_string(),
            };
            if started.elapsed() >= patience {
                return Err(unconfirmed(context, &format!("the video was not found on the profile: {seen}")));
            }
            self.return_home(context).await.map_err(after_post)?;
        }
    }

    /// Goes back to the screen with the tabs and from there home: a profile that is opened anew is loaded anew.
    async fn return_home(&self, context: &mut Context) -> Result<(), Failure> {
        for _ in 0..MOST_BACKS {
            if self.elements.home_tab.is_on(&context.look().await?) {
                break;
            }
            android::press(context.phone(), Key::Back, context.soon()).await?;
        }
        context.tap(&self.elements.home_tab, NEXT_SCREEN).await.map(drop)
    }

    async fn search_profile(
        &self,
        context: &mut Context,
        caption: &Caption,
        upload: Upload,
    ) -> Result<Search, Failure> {
        context.tap(&self.elements.profile_tab, NEXT_SCREEN).await?;
        self.wait_for_screen(context, "own_profile", "the account's own profile", NEXT_SCREEN).await?;
        let mut seen = "it shows no video".to_owned();
        for index in 0..VIDEOS_TO_OPEN {
            let videos = context.wait_until("a video of the profile", NEXT_SCREEN, |tree| {
                Some(self.videos(tree)).filter(|videos| videos.len() > index || index > 0)
            });
            let videos = match videos.await {
                Ok(videos) => videos,
                Err(Failure::NotFound { .. }) => break,
                Err(other) => return Err(other),
            };
            let Some(point) = videos.get(index).and_then(|video| video.tap) else { break };
            android::tap(context.phone(), point, context.soon()).await?;
            self.wait_for_screen(context, "video", "the opened video", NEXT_SCREEN).await?;
            let shown = context.last_tree().and_then(|tree| self.elements.video_caption.find(tree));
            let shown = shown.map(|node| node.text.clone()).unwrap_or_default();
            if caption.is_shown_as(&shown, upload) {
                return Ok(Search::Published);
            }
            if index == 0 {
                seen = format!("the newest video there is captioned {shown:?}");
            }
            android::press(context.phone(), Key::Back, context.soon()).await?;
            self.wait_for_screen(context, "own_profile", "the account's own profile", NEXT_SCREEN).await?;
        }
        Ok(Search::Other(seen))
    }

    fn videos(&self, tree: &UiTree) -> Vec<Found> {
        let drafts = self.elements.drafts.find_all(tree);
        let holds_drafts =
            |cell| drafts.iter().any(|draft| *draft == cell || draft.ancestors().any(|it| it == cell));
        let cells = self.elements.profile_video.find_all(tree).into_iter();
        cells.filter(|cell| !holds_drafts(*cell)).map(Found::of).collect()
    }
}

enum Search {
    Published,
    /// What was there instead.
    Other(String),
}

impl Caption {
    /// Whether a video with this caption shows `shown`.
    fn is_shown_as(&self, shown: &str, upload: Upload) -> bool {
        let description = self.description.trim();
        let title = self.title.trim();
        if description.is_empty() && title.is_empty() {
            return shown.trim().is_empty() && upload == Upload::Finished;
        }
        let shown = shown.trim();
        let wholes = match (title.is_empty(), description.is_empty()) {
            (true, _) => vec![description.to_owned()],
            (_, true) => vec![title.to_owned()],
            (false, false) => {
                vec![
                    format!("{title}\n{description}"),
                    format!("{title} {description}"),
                    description.to_owned(),
                ]
            }
        };
        wholes.iter().any(|whole| reads_as(whole, shown) || is_beginning(whole, shown))
    }
}

/// Long captions are cut by the app; what is left of them still has to be long enough to tell them apart.
fn is_beginning(whole: &str, shown: &str) -> bool {
    const ENOUGH: usize = 20;
    CUTS.iter().any(|cut| {
        shown.strip_suffix(cut).map(str::trim_end).is_some_and(|beginning| {
            let length = beginning.chars().count();
            let same_length: String = whole.chars().take(length).collect();
            length >= ENOUGH && reads_as(&same_length, beginning)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caption(title: &str, description: &str) -> Caption {
        Caption { title: title.to_owned(), description: description.to_owned() }
    }

    #[test]
    fn a_video_is_known_by_its_caption_letter_for_letter() {
        let hostile = caption(
            "",
            "\"; rm -rf /sdcard; echo \" \u{1f469}\u{200d}\u{1f467} \u{5e9}\u{5dc}\u{5d5}\u{5dd}",
        );
        assert!(hostile.is_shown_as(&hostile.description, Upload::NotSeen));
        assert!(!hostile.is_shown_as("\"; rm -rf /sdcard; echo \"", Upload::Finished));
        assert!(!caption("", "two").is_shown_as("tw", Upload::Finished));
    }

    #[test]
    fn a_title_stands_above_the_description_or_alone() {
        assert!(caption("Title", "text").is_shown_as("Title\ntext", Upload::NotSeen));
        assert!(caption("Title", "").is_shown_as("Title", Upload::NotSeen));
        assert!(!caption("Title", "text").is_shown_as("Title", Upload::NotSeen));
    }

    #[test]
    fn a_long_caption_may_be_cut_but_not_a_short_one() {
        let long = caption("", "a caption that is much too long for the small place under a video");
        assert!(long.is_shown_as("a caption that is much too long... more", Upload::NotSeen));
        assert!(!long.is_shown_as("another caption that is long... more", Upload::NotSeen));
        assert!(!caption("", "a caption").is_shown_as("a c...", Upload::NotSeen));
    }

    #[test]
    fn without_a_caption_only_a_finished_upload_counts() {
        assert!(caption("", "").is_shown_as("", Upload::Finished));
        assert!(!caption("", "").is_shown_as("", Upload::NotSeen));
        assert!(!caption("", "").is_shown_as("another", Upload::Finished));
    }
}
