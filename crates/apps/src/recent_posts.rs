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
    /// The name of the account, if the profile shows it.
    #[serde(default)]
    pub(crate) account: Option<String>,
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

/// What other tasks may have published since an earlier attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherPosts {
    /// Nothing.
    None,
    /// Posts with other captions.
    OtherCaptions,
    /// Posts of which one may have the same caption.
    SameCaption,
}

impl RecentPosts {
    /// Compares the profile with what it was before the post.
    pub(crate) fn compare(&self, before: &Self, caption: &Caption, others: OtherPosts) -> Published {
        // The profile of another account says nothing: the phone or its account may have been replaced.
        if self.account.is_none() || self.account != before.account {
            return Published::Unknown;
        }
        if others != OtherPosts::None {
            let found = self.look_among_new(before, caption);
            let may_be_theirs = others == OtherPosts::SameCaption && found == Published::Yes;
            return if may_be_theirs { Published::Unknown } else { found };
        }
        if self.has_one_more(before, caption) {
            return Published::Yes;
        }
        let is_as_before = self.fits(before, caption, None);
        let may_have_one_more = (0..=PINNED).any(|pinned| self.fits(before, caption, Some(pinned)));
        if is_as_before && !may_have_one_more { Published::No } else { Published::Unknown }
    }

    /// Whether this may be the profile of `before`, with one more video with the caption behind so many pinned ones.
    fn fits(&self, before: &Self, caption: &Caption, one_more_behind: Option<usize>) -> bool {
        let is_total = before
            .total
            .zip(self.total)
            .is_none_or(|(old, now)| now == old + usize::from(one_more_behind.is_some()));
        is_total
            && self.captions.iter().enumerate().all(|(at, shown)| {
                let old = match one_more_behind {
                    Some(pinned) if at == pinned => return caption.is_shown_as(shown),
                    Some(pinned) if at > pinned => at - 1,
                    _ => at,
                };
                before.captions.get(old).is_none_or(|old| old == shown)
            })
    }

    /// Looks for the post among all videos that are new, which come behind the pinned ones. Their number has to be known:
    /// captions that recur may make a profile look like one of before.
    fn look_among_new(&self, before: &Self, caption: &Caption) -> Published {
        let (old, now) = (&before.captions, &self.captions);
        let new = before.total.zip(self.total).and_then(|(old, now)| now.checked_sub(old));
        let Some(new) = new else { return Published::Unknown };
        let pinned = old.iter().zip(now).take(PINNED).take_while(|(old, now)| old == now).count();
        if now.len() < pinned + new {
            return Published::Unknown;
        }
        let fitting = (0..=pinned).filter(|pinned| {
            now.iter().skip(pinned + new).zip(old.iter().skip(*pinned)).all(|(now, old)| now == old)
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

    /// Whether enough of the profile was read to be compared with `before` by [`RecentPosts::look_among_new`].
    pub(crate) fn shows_all_new(&self, before: &Self) -> bool {
        let new = before.total.zip(self.total).and_then(|(old, now)| now.checked_sub(old));
        new.is_none_or(|new| self.captions.len() > PINNED + new)
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

    /// Whether one more video with the caption might change nothing of what is known: it would move those behind it, which
    /// shows only where one behind all that may be pinned looks different.
    pub(crate) fn hides_one_more(&self, caption: &Caption) -> bool {
        self.total.is_none() && self.captions.iter().skip(PINNED).all(|shown| caption.is_shown_as(shown))
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
        let captions = captions.iter().map(|shown| (*shown).to_owned()).collect();
        RecentPosts { captions, total, account: Some("@a".to_owned()) }
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
        assert!(newest(&["c", "x"], None).hides_one_more(&c), "both may be pinned");
        assert!(!newest(&["c", "c", "c", "x"], None).hides_one_more(&c));
    }

    #[test]
    fn a_profile_is_compared_with_what_it_was_before_an_earlier_attempt() {
        let c = caption("", "c");
        for (before, now, expected) in [
            (vec!["x", "y", "z", "w"], vec!["c", "x", "y", "z", "w"], Published::Yes),
            (vec!["x", "y", "z", "w"], vec!["x", "y", "z", "w"], Published::No),
            (vec!["c", "x", "y", "z"], vec!["c", "x", "y", "z", "w"], Published::No),
            (vec!["p", "q", "r", "x"], vec!["p", "q", "r", "c", "x"], Published::Yes),
            // The first one may be pinned.
            (vec!["x", "c", "c", "c", "c"], vec!["x", "c", "c", "c", "c", "c"], Published::Unknown),
            (vec!["x", "y"], vec!["x", "y"], Published::Unknown),
            // Something was published or removed by hand.
            (vec!["x", "y", "z", "w"], vec!["d", "x", "y", "z", "w"], Published::Unknown),
            (vec!["x", "y", "z", "w"], vec!["y", "z", "w"], Published::Unknown),
            (vec!["x", "y", "z", "w"], vec!["x"], Published::Unknown),
            // One more would look the same.
            (vec!["c", "c", "c", "c"], vec!["c", "c", "c", "c"], Published::Unknown),
        ] {
            let (before, now) = (newest(&before, None), newest(&now, None));
            assert_eq!(now.compare(&before, &c, OtherPosts::None), expected, "{before:?} {now:?}");
            let after_others = now.compare(&before, &c, OtherPosts::OtherCaptions);
            assert_eq!(after_others, Published::Unknown, "{before:?} {now:?}");
        }
        for (before, now, expected) in [
            ((vec!["c"; 2], 2), (vec!["c"; 2], 2), Published::No),
            ((vec!["c"; 2], 2), (vec!["c"; 3], 3), Published::Yes),
            ((vec![], 0), (vec![], 0), Published::No),
            ((vec![], 0), (vec!["d"], 1), Published::No),
            ((vec![], 0), (vec!["d", "c"], 2), Published::Yes),
            ((vec!["x", "y", "c"], 3), (vec!["x", "y", "c", "x", "y", "c"], 6), Published::Yes),
            ((vec!["x", "y", "z"], 3), (vec!["d", "x", "y", "z"], 4), Published::No),
            ((vec!["c"; 2], 2), (vec!["c"; 4], 4), Published::Unknown),
            ((vec!["c"; 2], 2), (vec!["c"], 1), Published::Unknown),
            // The pinned one was not read to its end.
            ((vec!["x"], 1), (vec!["x", "d"], 3), Published::Unknown),
            ((vec!["x"], 1), (vec!["x", "d", "c"], 3), Published::Yes),
        ] {
            let (before, now) = (newest(&before.0, Some(before.1)), newest(&now.0, Some(now.1)));
            let found = |others| now.compare(&before, &c, others);
            assert_eq!(found(OtherPosts::OtherCaptions), expected, "{before:?} {now:?}");
            let same = if expected == Published::Yes { Published::Unknown } else { expected };
            assert_eq!(found(OtherPosts::SameCaption), same, "{before:?} {now:?}");
        }
    }

    #[test]
    fn the_profile_of_another_account_says_nothing() {
        let c = caption("", "c");
        let before = newest(&["x"], Some(1));
        for (captions, total) in [(vec!["x"], 1), (vec!["c", "x"], 2)] {
            for account in [None, Some("@b".to_owned())] {
                let now = RecentPosts { account, ..newest(&captions, Some(total)) };
                assert_eq!(now.compare(&before, &c, OtherPosts::None), Published::Unknown, "{now:?}");
            }
        }
    }

    /// Reads a profile as the driver does: `is_enough`, or all that its screen shows, which is no more than six.
    fn read(
        all: &[String],
        is_enough: impl Fn(&RecentPosts) -> bool,
        counts: impl Fn(&RecentPosts) -> bool,
    ) -> RecentPosts {
        let mut read = newest(&[], (all.len() < 6).then_some(all.len()));
        while read.captions.len() < all.len().min(6) && !is_enough(&read) {
            read.captions.push(all[read.captions.len()].clone());
        }
        if counts(&read) {
            read.total = Some(all.len());
        }
        read
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        /// A profile with few different captions, some of them pinned, one more video with the caption, and others after it.
        #[test]
        fn what_was_published_is_never_taken_for_missing(
            pinned in prop::collection::vec(any_caption(), 0..=PINNED),
            old in prop::collection::vec(any_caption(), 0..9),
            later in prop::collection::vec(any_caption(), 0..3),
            is_published: bool,
        ) {
            let c = caption("", "c");
            let profile = |new: &[String]| [&pinned, new, &old].map(<[String]>::to_vec).concat();
            let ours = Vec::from_iter(is_published.then(|| "c".to_owned()));
            let before = read(
                &profile(&[]),
                |read| read.captions.len() >= CHECKED_POSTS && read.captions.last().is_some_and(|it| it != "c"),
                |read| read.hides_one_more(&c),
            );
            let others = match () {
                () if later.is_empty() => OtherPosts::None,
                () if later.iter().any(|shown| shown == "c") => OtherPosts::SameCaption,
                () => OtherPosts::OtherCaptions,
            };
            let now = read(
                &profile(&[later.clone(), ours].concat()),
                |read| read.captions.len() > before.captions.len() && read.shows_all_new(&before),
                |read| before.total.is_some() && (read.hides_one_more(&c) || others != OtherPosts::None),
            );
            match now.compare(&before, &c, others) {
                Published::Yes => prop_assert!(is_published, "{before:?} {now:?}"),
                Published::No => prop_assert!(!is_published, "{before:?} {now:?}"),
                Published::Unknown => {}
            }
        }
    }

    fn any_caption() -> impl Strategy<Value = String> {
        prop::sample::select(vec!["c", "x", "y", "z"]).prop_map(str::to_owned)
    }
}
