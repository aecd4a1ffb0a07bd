//! The journeys of scripts through an app. An app's driver implements those that the app allows.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tikmatrix_device::android::MediaFile;
use tikmatrix_device::script::{Context, Failure, Found};
use tikmatrix_domain::{StandardFailure, Username};

use crate::caption::Caption;
use crate::post_options::PostOptions;
use crate::recent_posts::{OtherPosts, Published, RecentPosts};

/// The accounts of an app on a phone.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Makes sure that `username` is the current account, and switches to it if another one is.
    ///
    /// # Errors
    /// [`StandardFailure::NotSignedIn`] when the app does not have it, [`StandardFailure::WrongAccount`] when the switch did
    /// not hold.
    async fn require_account(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<(), Failure>;

    /// Reads every account that is signed in, and changes nothing.
    ///
    /// # Errors
    /// [`Failure`] when the app does not show them.
    async fn read_accounts(&self, context: &mut Context, package: &str) -> Result<KnownAccounts, Failure>;
}

/// The accounts that are signed in to an app on a phone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownAccounts {
    /// All of them, in the app's order.
    pub all: Vec<Username>,
    /// The one that the app works for now, if it shows which.
    pub current: Option<Username>,
}

/// Publishing a video or images and confirming that it is public.
#[derive(Clone, Copy)]
pub struct PostJourney<'a> {
    /// The account that has to be signed in.
    pub accounts: &'a dyn Accounts,
    /// The way to the end of the upload.
    pub publish: &'a dyn Publish,
    /// The comparison of the profile before and after.
    pub confirm: &'a dyn Confirm,
    /// What the post carries beside its media and its caption.
    pub options: &'a dyn PostOptions,
}

/// Following and unfollowing other users.
#[derive(Clone, Copy)]
pub struct FollowJourney<'a> {
    /// The account that has to be signed in.
    pub accounts: &'a dyn Accounts,
    /// The way through the users' profiles.
    pub follow: &'a dyn Follow,
}

/// The way from a video or images on the phone to the end of its upload.
#[async_trait]
pub trait Publish: Send + Sync {
    /// Hands a video or an image to the app as the system's share sheet does, and waits for the editor.
    ///
    /// # Errors
    /// [`Failure`] when the app does not take it or the editor does not appear.
    async fn share(&self, context: &mut Context, package: &str, uri: &str, mime: &str)
    -> Result<(), Failure>;

    /// Opens the app's own gallery by its + button, chooses exactly these files, which are the newest of the media library,
    /// in this order, and waits for the editor. Default: not supported.
    ///
    /// # Errors
    /// [`Failure`] when the gallery does not show them as the newest, or the editor does not appear.
    async fn choose_in_gallery(
        &self,
        _context: &mut Context,
        _package: &str,
        _files: &[MediaFile],
    ) -> Result<(), Failure> {
        let remark = "the app's + button is not supported yet; use post_way share";
        Err(Failure::of_request(StandardFailure::OptionUnavailable, remark))
    }

    /// Goes on from the editor to the caption screen.
    ///
    /// # Errors
    /// [`Failure`] when it does not appear.
    async fn leave_editor(&self, context: &mut Context) -> Result<(), Failure>;

    /// Types the caption on the caption screen.
    ///
    /// # Errors
    /// [`Failure::text_differs`] when the screen does not show it letter for letter afterwards.
    async fn write_caption(&self, context: &mut Context, caption: &Caption) -> Result<(), Failure>;

    /// Taps Post and answers its confirmation, until the caption screen is gone. Before the first tap a failure means
    /// that nothing was published; after it, that it is not known.
    ///
    /// # Errors
    /// [`Failure`] as described.
    async fn post(&self, context: &mut Context) -> Result<(), Failure>;

    /// Waits until the upload's badge is gone, at most for `timeout`, and reports its percentage. This does not show
    /// that the upload has succeeded: the badge also goes when the app ends.
    ///
    /// # Errors
    /// [`Failure::unconfirmed`] when it is still there after `timeout`.
    async fn wait_for_upload(
        &self,
        context: &mut Context,
        timeout: Duration,
        progress: &mut (dyn for<'c> FnMut(&'c mut Context, u8) + Send),
    ) -> Result<(), Failure>;
}

/// The comparison of the account's profile before and after a post.
#[async_trait]
pub trait Confirm: Send + Sync {
    /// Reads the account's own profile before a post with this caption. `None`, and a line of the journal, when the
    /// profile cannot be read.
    ///
    /// # Errors
    /// [`Failure`] when the phone is gone, or only a person can continue.
    async fn read_profile_before(
        &self,
        context: &mut Context,
        package: &str,
        caption: &Caption,
    ) -> Result<Option<RecentPosts>, Failure>;

    /// Reads the profile until it shows one post with the caption more than `before`, at most for `timeout`.
    ///
    /// # Errors
    /// [`Failure::unconfirmed`] with what was seen instead; always, and at once, when it is not known what was there
    /// before, or when one more would look the same.
    async fn confirm_published(
        &self,
        context: &mut Context,
        caption: &Caption,
        before: Option<&RecentPosts>,
        timeout: Duration,
    ) -> Result<(), Failure>;

    /// Compares the profile with what it was before an earlier attempt that may have published, since when the app was
    /// closed; `others` says what other tasks may have published since. That it was not published is believed only after
    /// `timeout`: the app's servers may be slow.
    ///
    /// # Errors
    /// [`Failure`] when the profile cannot be read.
    async fn compare_profile(
        &self,
        context: &mut Context,
        package: &str,
        caption: &Caption,
        before: &RecentPosts,
        others: OtherPosts,
        timeout: Duration,
    ) -> Result<Published, Failure>;
}

/// The way through other users' profiles.
#[async_trait]
pub trait Follow: Send + Sync {
    /// Opens the profile of `username` by its URL.
    ///
    /// # Errors
    /// [`Failure`] when neither the profile nor the app's message that there is none appears.
    async fn visit(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<Visit, Failure>;

    /// Finds `username` through the app's search, by the whole name alone, and opens the profile.
    ///
    /// # Errors
    /// [`Failure`] when the search or the profile does not appear.
    async fn search(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<Visit, Failure>;

    /// Follows the user whose profile is open, who is a stranger. Returns the button as it is in the end.
    ///
    /// # Errors
    /// [`Failure::unconfirmed`] when the button does not show it, or the app reverts it.
    async fn follow(&self, context: &mut Context, username: &Username) -> Result<FollowButton, Failure>;

    /// Unfollows the user whose profile is open, or withdraws the request to follow. Returns the button as it is in the
    /// end.
    ///
    /// # Errors
    /// [`Failure::unconfirmed`] when the button does not show it, or the app reverts it.
    async fn unfollow(&self, context: &mut Context, username: &Username) -> Result<FollowButton, Failure>;
}

/// The account's relation to another user, as the button of the user's profile shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// "Follow" or "Follow back".
    Stranger,
    /// "Requested": a private user has not answered yet.
    Requested,
    /// "Following" or "Friends".
    Following,
}

/// The button to follow on another user's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowButton {
    /// The relation that it shows.
    pub relation: Relation,
    /// Its text.
    pub label: String,
}

impl FollowButton {
    pub(crate) fn new(relation: Relation, button: &Found) -> Self {
        Self { relation, label: button.text.trim().to_owned() }
    }
}

/// What the way to a profile led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visit {
    /// The user's profile.
    Profile(FollowButton),
    /// The profile of the account that is signed in.
    Own,
    /// The app's message that there is no such user, or a search that found none.
    NotFound,
}

/// Turns a failure after the tap on Post into [`Failure::unconfirmed`]: the video may be public, and a failure after
/// which the task may be retried would publish it twice.
pub(crate) fn after_post(failure: Failure) -> Failure {
    if failure.code() == StandardFailure::Unconfirmed {
        return failure;
    }
    Failure::unconfirmed(format!(
        "Post was tapped, but it could not be seen whether the video was published: {failure}"
    ))
}

pub(crate) fn unconfirmed(context: &Context, what: &str) -> Failure {
    Failure::unconfirmed(format!(
        "{what}; whether it was published is not known; last seen: {}",
        context.last_screen()
    ))
}
