//! The first posts of the account's own profile, compared before and after a post. A caption alone proves nothing,
//! since an older video may have the same.

use serde::{Deserialize, Serialize};

use crate::caption::Caption;

/// Pinned videos come before the newest one; there are at most three.
const PINNED: usize = 3;
/// The posts among which a new one is.
pub(crate) const CHECKED_POSTS: usize = PINNED + 1;

/// What the account's own profile showed at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentPosts {
    /// The captions of the first videos, as the app shows them, in the profile's order.
    pub(crate) captions: Vec<String>,
    /// How many videos it has, if that is known.
    pub(crate) total: Option<usize>,
}

/// Whether a post was published that an earlier attempt may have published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// It was.
    Yes,
    /// It was not.
    No,
    /// What the profile shows fits both.
    Unknown,
}

impl RecentPosts {
    /// Compares the profile with what it was before the post. `is_alone` says that nothing else was published since.
    pub(crate) fn compare(&self, before: &Self, caption: &Caption, is_alone: bool) -> Published {
        let (old, now) = (&before.captions, &self.captions);
        if self.has_one_more(before, caption) {
            return Published::Yes;
        }
        if let (Some(old), Some(now)) = (before.total, self.total) {
            return now
                .checked_sub(old)
                .map_or(Published::Unknown, |new| self.look_among(new, before, caption));
        }
        let is_same = now.len() >= old.len() && old.iter().zip(now).all(|(old, now)| old == now);
        // One more video would move those behind it, which shows where not all of them look like it.
        let shows_a_move = old.iter().any(|shown| !caption.is_shown_as(shown));
        if is_alone && is_same && shows_a_move { Published::No } else { Published::Unknown }
    }

    /// Looks for the post among so many videos that are new, which come behind the pinned ones.
    fn look_among(&self, new: usize, before: &Self, caption: &Caption) -> Published {
        let (old, now) = (&before.captions, &self.captions);
        let pinned = old.iter().zip(now).take(PINNED).take_while(|(old, now)| old == now).count();
        let fitting = (0..=pinned).filter(|pinned| {
            now.len() >= pinned + new
                && now.iter().skip(pinned + new).zip(old.iter().skip(*pinned)).all(|(now, old)| now == old)
        });
        let mut found = fitting.map(|pinned| {
            let new = now.iter().skip(pinned).take(new);
            match new.filter(|shown| caption.is_shown_as(shown)).count() {
                0 => Published::No,
                1 => Published::Yes,
                _ => Published::Unknown,
            }
        });
        let first = found.next().unwrap_or(Published::Unknown);
        if found.all(|other| other == first) { first } else { Published::Unknown }
    }

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
    use proptest::prelude::*;

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

    #[test]
    fn a_profile_is_compared_with_what_it_was_before_an_earlier_attempt() {
        let c = caption("", "c");
        for (before, now, expected) in [
            (vec!["x", "y", "z", "w"], vec!["c", "x", "y", "z", "w"], Published::Yes),
            (vec!["x", "y", "z", "w"], vec!["x", "y", "z", "w"], Published::No),
            (vec!["c", "x"], vec!["c", "x"], Published::No),
            (vec!["p", "q", "r", "x"], vec!["p", "q", "r", "c", "x"], Published::Yes),
            // Something was published or removed by hand.
            (vec!["x", "y", "z", "w"], vec!["d", "x", "y", "z", "w"], Published::Unknown),
            (vec!["x", "y", "z", "w"], vec!["y", "z", "w"], Published::Unknown),
            (vec!["x", "y", "z", "w"], vec!["x"], Published::Unknown),
            // One more would look the same.
            (vec!["c", "c", "c", "c"], vec!["c", "c", "c", "c"], Published::Unknown),
        ] {
            let (before, now) = (newest(&before, None), newest(&now, None));
            assert_eq!(now.compare(&before, &c, true), expected, "{before:?} {now:?}");
            let after_others = if expected == Published::No { Published::Unknown } else { expected };
            assert_eq!(now.compare(&before, &c, false), after_others, "{before:?} {now:?}");
        }
        for (before, now, expected) in [
            ((vec!["c"; 2], 2), (vec!["c"; 2], 2), Published::No),
            ((vec!["c"; 2], 2), (vec!["c"; 3], 3), Published::Yes),
            ((vec![], 0), (vec![], 0), Published::No),
            ((vec![], 0), (vec!["d"], 1), Published::No),
            ((vec![], 0), (vec!["d", "c"], 2), Published::Yes),
            ((vec!["x", "y", "c"], 3), (vec!["x", "y", "c", "x", "y", "c"], 6), Published::Yes),
            ((vec!["x", "y", "c"], 3), (vec!["x", "y", "x", "y", "c"], 5), Published::No),
            ((vec!["c"; 2], 2), (vec!["c"; 4], 4), Published::Unknown),
            ((vec!["c"; 2], 2), (vec!["c"], 1), Published::Unknown),
        ] {
            let (before, now) = (newest(&before.0, Some(before.1)), newest(&now.0, Some(now.1)));
            assert_eq!(now.compare(&before, &c, false), expected, "{before:?} {now:?}");
        }
    }

    proptest! {
        /// A profile of up to seven videos with few different captions, one more video with the caption, and others after it.
        #[test]
        fn what_was_published_is_never_taken_for_missing(
            old in prop::collection::vec(any_caption(), 0..7),
            later in prop::collection::vec(any_caption(), 0..3),
            is_published: bool,
            knows_total: bool,
        ) {
            let c = caption("", "c");
            let total = |all: &[String]| (knows_total && all.len() <= 6).then_some(all.len());
            let read = |all: &[String]| RecentPosts {
                captions: all.iter().take(old.len() + 3).cloned().collect(),
                total: total(all),
            };
            let mut now = old.clone();
            now.splice(0..0, is_published.then(|| "c".to_owned()));
            now.splice(0..0, later.iter().cloned());
            let before = RecentPosts { captions: old.clone(), total: total(&old) };
            let found = read(&now).compare(&before, &c, later.is_empty());
            let others_look_the_same = later.iter().any(|shown| shown == "c");
            match found {
                Published::Yes => prop_assert!(is_published || others_look_the_same, "{before:?} {now:?}"),
                Published::No => prop_assert!(!is_published, "{before:?} {now:?}"),
                Published::Unknown => {}
            }
        }
    }

    fn any_caption() -> impl Strategy<Value = String> {
        prop::sample::select(vec!["c", "x", "y", "z"]).prop_map(str::to_owned)
    }
}
