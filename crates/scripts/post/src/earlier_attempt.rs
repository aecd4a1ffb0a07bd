//! The mark that an attempt sets before it taps Post, and the comparison of the profile with it by later attempts.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tikmatrix_apps::{Caption, PostJourney, Published, RecentPosts};
use tikmatrix_device::script::{Context, EarlierMark, Failure};
use tikmatrix_domain::StandardFailure;

/// For the profile to show a video that the app had sent when it was closed.
const APPEAR_TIMEOUT: Duration = Duration::from_secs(20);

/// What an attempt knew before it tapped Post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublishMark {
    /// The caption as it was typed.
    pub(crate) caption: Caption,
    /// The account's profile; `None` if it could not be read.
    pub(crate) before: Option<RecentPosts>,
}

/// Finds out whether the attempt that set `earlier` has published. If it has not, the mark is withdrawn.
///
/// # Errors
/// [`StandardFailure::Unconfirmed`] when the profile does not show it; others when the phone is gone or a person has to act.
pub(crate) async fn has_published(
    journey: &dyn PostJourney,
    context: &mut Context,
    package: &str,
    earlier: EarlierMark,
) -> Result<bool, Failure> {
    let EarlierMark { seen, is_alone } = earlier;
    let mark = serde_json::from_value::<PublishMark>(seen).ok();
    let Some(PublishMark { caption, before: Some(before) }) = mark else {
        return Err(unknown("what the profile showed before that attempt is not known"));
    };
    match journey.compare_profile(context, package, &caption, &before, is_alone, APPEAR_TIMEOUT).await {
        Ok(Published::Yes) => Ok(true),
        Ok(Published::No) => context.withdraw_marks().await.map(|()| false),
        Ok(Published::Unknown) => Err(unknown("what the profile shows now fits both")),
        Err(failure) if failure.code() == StandardFailure::AppChanged => {
            Err(unknown(&format!("the profile could not be read: {failure}")))
        }
        Err(other) => Err(other),
    }
}

fn unknown(why: &str) -> Failure {
    Failure::unconfirmed(format!(
        "an earlier attempt tapped Post, and whether it published is not known: {why}; look at the profile, and create a new \
         task if the video is not there"
    ))
}
