//! Confirming a post on the account's profile, which has to show one more video with its caption than before.

use std::time::Duration;

use async_trait::async_trait;
use tikmatrix_device::script::{Context, Failure, LogLevel};
use tikmatrix_domain::StandardFailure;

use crate::caption::Caption;
use crate::journey::{Confirm, after_post, unconfirmed};
use crate::recent_posts::{CHECKED_POSTS, OtherPosts, Published, RecentPosts};
use crate::tiktok::own_profile::OwnProfile;

/// What can be known of a post from the account's own profile.
#[derive(Debug, Clone)]
pub(crate) struct Confirming {
    pub(crate) own_profile: OwnProfile,
}

#[async_trait]
impl Confirm for Confirming {
    async fn read_profile_before(
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
            Err(failure) if failure.code() == StandardFailure::AppChanged => {
                let line = format!(
                    "the profile could not be read before the post, which cannot be confirmed therefore: {failure}"
                );
                context.log(LogLevel::Warn, line);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    async fn confirm_published(
        &self,
        context: &mut Context,
        caption: &Caption,
        before: Option<&RecentPosts>,
        timeout: Duration,
    ) -> Result<(), Failure> {
        let started = context.phone().stopwatch();
        loop {
            let seen = match self.search_profile(context, caption, before).await {
                Ok(Search::Published) => return Ok(()),
                Ok(Search::Other(seen)) => seen,
                Err(failure) if may_pass_on_screen(&failure) => failure.to_string(),
                Err(failure) => return Err(after_post(failure)),
            };
            let is_futile = before.is_none_or(|before| before.hides_one_more(caption));
            if is_futile || started.elapsed() >= timeout {
                return Err(unconfirmed(context, &format!("no new video was seen on the profile: {seen}")));
            }
            self.own_profile.return_home(context).await.map_err(after_post)?;
        }
    }

    async fn compare_profile(
        &self,
        context: &mut Context,
        package: &str,
        caption: &Caption,
        before: &RecentPosts,
        others: OtherPosts,
        timeout: Duration,
    ) -> Result<Published, Failure> {
        let started = context.phone().stopwatch();
        self.own_profile.open(context, package).await?;
        loop {
            let now = self.read_since(context, caption, before, others).await?;
            let found = now.compare(before, caption, others);
            if found == Published::Yes || started.elapsed() >= timeout {
                return Ok(found);
            }
            self.own_profile.return_home(context).await?;
            self.own_profile.open_by_tab(context).await?;
        }
    }
}

impl Confirming {
    async fn read_before(
        &self,
        context: &mut Context,
        package: &str,
        caption: &Caption,
    ) -> Result<RecentPosts, Failure> {
        self.own_profile.open(context, package).await?;
        // Where all of the first ones have the caption, the first without it shows how far they move.
        let is_enough = |newest: &RecentPosts| {
            newest.captions.len() >= CHECKED_POSTS
                && newest.captions.last().is_some_and(|shown| !caption.is_shown_as(shown))
        };
        let mut newest = self.own_profile.read_recent_posts(context, is_enough).await?;
        if newest.hides_one_more(caption) {
            newest.total = self.own_profile.count_videos(context).await?;
        }
        Ok(newest)
    }

    async fn search_profile(
        &self,
        context: &mut Context,
        caption: &Caption,
        before: Option<&RecentPosts>,
    ) -> Result<Search, Failure> {
        self.own_profile.open_by_tab(context).await?;
        let now = self.read_after(context, caption, before).await?;
        Ok(match before {
            Some(before) if now.has_one_more(before, caption) => Search::Published,
            Some(_) => Search::Other(now.describe(caption)),
            None => Search::Other(format!("{}; what was there before is not known", now.describe(caption))),
        })
    }

    /// Reads so much of the profile on the screen that it can be compared with `before`.
    async fn read_after(
        &self,
        context: &mut Context,
        caption: &Caption,
        before: Option<&RecentPosts>,
    ) -> Result<RecentPosts, Failure> {
        let is_enough = |now: &RecentPosts| match before {
            Some(before) => now.captions.len() > before.captions.len() || now.has_one_more(before, caption),
            None => now.captions.len() >= CHECKED_POSTS,
        };
        let mut now = self.own_profile.read_recent_posts(context, is_enough).await?;
        if before.is_some_and(|before| before.total.is_some()) && now.hides_one_more(caption) {
            now.total = self.own_profile.count_videos(context).await?;
        }
        Ok(now)
    }

    /// Reads so much of the profile on the screen that it can be compared with `before`, after which others may have
    /// published too.
    async fn read_since(
        &self,
        context: &mut Context,
        caption: &Caption,
        before: &RecentPosts,
        others: OtherPosts,
    ) -> Result<RecentPosts, Failure> {
        let is_enough =
            |now: &RecentPosts| now.captions.len() > before.captions.len() && now.shows_all_new(before);
        let mut now = self.own_profile.read_recent_posts(context, is_enough).await?;
        let is_counted = now.hides_one_more(caption) || (now.total.is_none() && others != OtherPosts::None);
        if before.total.is_some() && is_counted {
            now.total = self.own_profile.count_videos(context).await?;
        }
        Ok(now)
    }
}

/// Whether another try to read the profile may go better: the phone is there, and no person has to act.
fn may_pass_on_screen(failure: &Failure) -> bool {
    failure.code() == StandardFailure::AppChanged || failure.code() == StandardFailure::PopupStuck
}

enum Search {
    Published,
    /// A description of what was there instead.
    Other(String),
}
