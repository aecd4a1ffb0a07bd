//! The first posts of the account's own profile, compared before and after a post. A caption alone proves nothing,
//! since an older video may have the same.

use crate::caption::Caption;

/// Pinned videos come before the newest one; there are at most three.
pub(crate) const CHECKED_POSTS: usize = 4;

/// What the account's own profile showed at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecentPosts {
    /// The captions of the first videos, as the app shows them, in the profile's order.
    pub(crate) captions: Vec<String>,
    /// How many videos it has, if that is known.
    pub(crate) total: Option<usize>,
}

impl RecentPosts {
    /// Whether this can only be the profile of `before` with one more video with the caption among the first ones.
    pub(crate) fn has_one_more(&self, before: &Self, caption: &Caption) -> bool {
        let (old, now) = (&before.captions, &self.captions);
        let is_longer =
            now.len() >= old.len() && before.total.is_some_and(|total| self.total == Some(total + 1));
        let is_other = is_longer || old.iter().zip(now).any(|(old, now)| old != now);
        let is_at = |at: usize, shown: &str| {
            // The video behind it has to be a known one: the removal of a video would move the others up as well.
            let is_followed = now.len() > at + 1 || old.len() <= at;
            let others = now.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, shown)| shown);
            is_followed && caption.is_shown_as(shown) && others.zip(old).all(|(now, old)| now == old)
        };
        is_other && now.iter().take(CHECKED_POSTS).enumerate().any(|(at, shown)| is_at(at, shown))
    }

    /// Whether one more video with the caption would change nothing of what is known.
    pub(crate) fn hides_one_more(&self, caption: &Caption) -> bool {
        self.total.is_none() && self.captions.iter().all(|shown| caption.is_shown_as(shown))
    }

    /// Describes the profile of a post that was not found on it.
    pub(crate) fn describe(&self, caption: &Caption) -> String {
        match self.captions.first() {
            None => "it shows no video".to_owned(),
            Some(_) if self.captions.iter().any(|shown| caption.is_shown_as(shown)) => {
                "those there with this caption may be older than the post".to_owned()
            }
            Some(newest) => format!("the newest one there is captioned {newest:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caption(title: &str, description: &str) -> Caption {
        Caption { title: title.to_owned(), description: description.to_owned() }
    }

    fn newest(captions: &[&str], total: Option<usize>) -> RecentPosts {
        RecentPosts { captions: captions.iter().map(|shown| (*shown).to_owned()).collect(), total }
    }

    #[test]
    fn a_new_video_is_recognised_by_the_videos_behind_it() {
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
    fn a_video_of_before_is_not_new() {
        let c = caption("", "c");
        for (before, now) in [
            (vec!["c"], vec!["c"]),
            (vec!["c", "x", "y", "z"], vec!["c", "x", "y", "z", "c"]),
            (vec!["c", "c", "c", "c"], vec!["c", "c", "c", "c", "c"]),
            // Others came or went.
            (vec!["x", "c", "y", "z"], vec!["c", "y", "z", "w", "v"]),
            (vec!["x", "y", "z", "w"], vec!["d", "x", "y", "z", "w"]),
            // The video behind it was not read.
            (vec!["x", "y"], vec!["c"]),
            // The newest one comes right behind at most three pinned ones.
            (vec!["p", "q", "r", "s", "x"], vec!["p", "q", "r", "s", "c", "x"]),
        ] {
            assert!(!newest(&now, None).has_one_more(&newest(&before, None), &c), "{before:?} {now:?}");
        }
    }

    #[test]
    fn one_more_with_the_same_caption_is_recognised_by_their_number() {
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
