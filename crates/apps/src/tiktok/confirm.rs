//! Seeing with the app's own eyes that a video was published: the account's profile shows one more with its caption
//! than before the post. A caption alone proves nothing, since an older video may carry the very same.

use std::time::Duration;

use tikmatrix_device::android::{self, Key};
use tikmatrix_device::script::{Context, Failure, LogLevel};
use tikmatrix_device::ui::reads_as;

use super::TikTok;
use super::publish::{Caption, after_post, unconfirmed};
use super::recent_posts::RecentPosts;

/// For a screen that follows from a tap.
const NEXT_SCREEN: Duration = Duration::from_secs(15);
/// Pinned videos stand before the newest one; TikTok allows three.
const PLACES: usize = 4;

/// From a video back to the tabs, with some to spare.
const MOST_BACKS: u32 = 3;

/// What the app shows instead of the end of a long caption.
const CUTS: [&str; 4] = ["... more", "…more", "… more", "..."];

impl TikTok {
    /// Reads what is on the account's own profile before a post with this caption, so that it is known afterwards what
    /// is new. None, and a line of the journal, when the profile cannot be read.
    ///
    /// # Errors
    /// [`Failure`] when the phone is gone, or only a person can go on.
    pub async fn look_before_post(
        &self,
        context: &mut Context,
        package: &str,
        caption: &Caption,
    ) -> Result<Option<RecentPosts>, Failure> {
        match self.read_before(context, package, caption).await {
            Ok(newest) => {
                if newest.hides_one_more(caption) {
                    let line = "the videos of the profile carry this caption already, and are too many to be counted: \
                                one more cannot be told from them, and the post not be confirmed";
                    context.log(LogLevel::Warn, line);
                }
                Ok(Some(newest))
            }
            Err(failure @ (Failure::NotFound { .. } | Failure::NotTappable { .. })) => {
                let line = format!(
                    "the profile could not be read before the post, which cannot be confirmed therefore: {failure}"
                );
                context.log(LogLevel::Warn, line);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    async fn read_before(
        &self,
        context: &mut Context,
        package: &str,
        caption: &Caption,
    ) -> Result<RecentPosts, Failure> {
        self.open_own_profile(context, package).await?;
        // Where all of the first ones carry the caption, the first without it shows by how much they move.
        let is_enough = |newest: &RecentPosts| {
            newest.captions.len() >= PLACES
                && newest.captions.last().is_some_and(|shown| !caption.is_shown_as(shown))
        };
        let mut newest = self.read_recent_posts(context, is_enough).await?;
        if newest.hides_one_more(caption) {
            newest.total = self.count_videos(context).await?;
        }
        Ok(newest)
    }

    /// Opens the newest videos of the account's own profile until they show that one with the caption has come to those
    /// that were there `before` the post. Tried again for `patience`.
    ///
    /// # Errors
    /// [`Failure::Unconfirmed`] with what was seen instead; always so, and at once, when it is not known what was there
    /// before, or one more would look the same.
    pub async fn confirm_published(
        &self,
        context: &mut Context,
        caption: &Caption,
        before: Option<&RecentPosts>,
        patience: Duration,
    ) -> Result<(), Failure> {
        let started = context.phone().stopwatch();
        loop {
            let seen = match self.search_profile(context, caption, before).await {
                Ok(Search::Published) => return Ok(()),
                Ok(Search::Other(seen)) => seen,
                Err(failure @ (Failure::Blocked(_) | Failure::Phone(_))) => return Err(after_post(failure)),
                Err(failure) => failure.to_string(),
            };
            let is_hopeless = before.is_none_or(|before| before.hides_one_more(caption));
            if is_hopeless || started.elapsed() >= patience {
                return Err(unconfirmed(context, &format!("no new video was seen on the profile: {seen}")));
            }
            self.return_home(context).await.map_err(after_post)?;
        }
    }

    /// Goes back to the screen with the tabs and from there home: a profile that is opened anew is loaded anew.
    async fn return_home(&self, context: &mut Context) -> Result<(), Failure> {
        for _ in 0..MOST_BACKS {
            if self.elements.home_tab.is_on(&context.read_screen().await?) {
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
        before: Option<&RecentPosts>,
    ) -> Result<Search, Failure> {
        context.tap(&self.elements.profile_tab, NEXT_SCREEN).await?;
        self.wait_for_screen(context, "own_profile", "the account's own profile", NEXT_SCREEN).await?;
        let is_enough = |now: &RecentPosts| match before {
            Some(before) => now.captions.len() > before.captions.len() || now.has_one_more(before, caption),
            None => now.captions.len() >= PLACES,
        };
        let mut now = self.read_recent_posts(context, is_enough).await?;
        if before.is_some_and(|before| before.total.is_some()) && now.hides_one_more(caption) {
            now.total = self.count_videos(context).await?;
        }
        Ok(match before {
            Some(before) if now.has_one_more(before, caption) => Search::Published,
            Some(_) => Search::Other(now.told(caption)),
            None => Search::Other(format!("{}; what was there before is not known", now.told(caption))),
        })
    }
}

enum Search {
    Published,
    /// What was there instead.
    Other(String),
}

impl RecentPosts {
    /// Whether this can only be what was there `before` and a new video with the caption, among the first ones.
    fn has_one_more(&self, before: &Self, caption: &Caption) -> bool {
        let (old, now) = (&before.captions, &self.captions);
        let is_longer =
            now.len() >= old.len() && before.total.is_some_and(|total| self.total == Some(total + 1));
        let is_other = is_longer || old.iter().zip(now).any(|(old, now)| old != now);
        let is_at = |place: usize, shown: &str| {
            // One more behind it has to be known again: a video that was removed would move the others up as well.
            let is_followed = now.len() > place + 1 || old.len() <= place;
            let others = now.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, shown)| shown);
            is_followed && caption.is_shown_as(shown) && others.zip(old).all(|(now, old)| now == old)
        };
        is_other && now.iter().take(PLACES).enumerate().any(|(place, shown)| is_at(place, shown))
    }

    /// Whether one more video with the caption would change nothing of what is known.
    fn hides_one_more(&self, caption: &Caption) -> bool {
        self.total.is_none() && self.captions.iter().all(|shown| caption.is_shown_as(shown))
    }

    /// In words, for a post that is not seen to be there.
    fn told(&self, caption: &Caption) -> String {
        match self.captions.first() {
            None => "it shows no video".to_owned(),
            Some(_) if self.captions.iter().any(|shown| caption.is_shown_as(shown)) => {
                "those there with this caption may be older than the post".to_owned()
            }
            Some(newest) => format!("the newest one there is captioned {newest:?}"),
        }
    }
}

impl Caption {
    /// Whether a video with this caption shows `shown`.
    fn is_shown_as(&self, shown: &str) -> bool {
        let description = self.description.trim();
        let title = self.title.trim();
        if description.is_empty() && title.is_empty() {
            return shown.trim().is_empty();
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
        assert!(hostile.is_shown_as(&hostile.description));
        assert!(!hostile.is_shown_as("\"; rm -rf /sdcard; echo \""));
        assert!(!caption("", "two").is_shown_as("tw"));
    }

    #[test]
    fn a_title_stands_above_the_description_or_alone() {
        assert!(caption("Title", "text").is_shown_as("Title\ntext"));
        assert!(caption("Title", "").is_shown_as("Title"));
        assert!(!caption("Title", "text").is_shown_as("Title"));
    }

    #[test]
    fn a_long_caption_may_be_cut_but_not_a_short_one() {
        let long = caption("", "a caption that is much too long for the small place under a video");
        assert!(long.is_shown_as("a caption that is much too long... more"));
        assert!(!long.is_shown_as("another caption that is long... more"));
        assert!(!caption("", "a caption").is_shown_as("a c..."));
    }

    #[test]
    fn without_a_caption_a_video_shows_none() {
        assert!(caption("", "").is_shown_as(" "));
        assert!(!caption("", "").is_shown_as("another"));
    }

    fn newest(captions: &[&str], total: Option<usize>) -> RecentPosts {
        RecentPosts { captions: captions.iter().map(|shown| (*shown).to_owned()).collect(), total }
    }

    #[test]
    fn a_new_video_is_known_by_what_stands_behind_it_now() {
        let c = caption("", "c");
        for (before, now) in [
            (vec!["x", "y", "z", "w"], vec!["c", "x"]),
            (vec!["p", "q", "r", "x"], vec!["p", "q", "r", "c", "x"]),
            (vec!["c", "x", "y", "z"], vec!["c", "c"]),
            (vec!["c", "c", "c", "c", "x"], vec!["c", "c", "c", "c", "c"]),
        ] {
            assert!(newest(&now, None).has_one_more(&newest(&before, None), &c), "{before:?} {now:?}");
        }
    }

    #[test]
    fn what_was_there_before_is_not_new() {
        let c = caption("", "c");
        for (before, now) in [
            (vec!["c"], vec!["c"]),
            (vec!["c", "x", "y", "z"], vec!["c", "x", "y", "z", "c"]),
            (vec!["c", "c", "c", "c"], vec!["c", "c", "c", "c", "c"]),
            // Others came or went.
            (vec!["x", "c", "y", "z"], vec!["c", "y", "z", "w", "v"]),
            (vec!["x", "y", "z", "w"], vec!["d", "x", "y", "z", "w"]),
            // It is not seen what stands behind it.
            (vec!["x", "y"], vec!["c"]),
            // Behind three pinned ones is the last place for the newest.
            (vec!["p", "q", "r", "s", "x"], vec!["p", "q", "r", "s", "c", "x"]),
        ] {
            assert!(!newest(&now, None).has_one_more(&newest(&before, None), &c), "{before:?} {now:?}");
        }
    }

    #[test]
    fn one_more_of_the_same_is_seen_by_how_many_there_are() {
        let c = caption("", "c");
        let same = |opened: usize, total| newest(&vec!["c"; opened], total);
        for (opened, total) in [(0, 0), (1, 1), (3, 3), (6, 6), (6, 20)] {
            let before = same(opened, Some(total));
            let after = if opened < total { opened } else { opened + 1 };
            assert!(same(after, Some(total + 1)).has_one_more(&before, &c));
            for other in [None, Some(total), Some(total + 2)] {
                assert!(!same(after, other).has_one_more(&before, &c), "{total} {other:?}");
            }
            assert!(!same(after, Some(total + 1)).has_one_more(&same(opened, None), &c));
        }
        // One more is there, but it is not this one.
        assert!(!newest(&["d", "c", "c"], Some(3)).has_one_more(&same(2, Some(2)), &c));
        assert!(same(2, None).hides_one_more(&c));
        assert!(!same(2, Some(2)).hides_one_more(&c));
        assert!(!newest(&["c", "x"], None).hides_one_more(&c));
    }
}
