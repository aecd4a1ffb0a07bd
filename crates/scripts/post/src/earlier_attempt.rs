//! The mark that an attempt sets before it taps Post, and the comparison of the profile with it by later attempts.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tikmatrix_apps::{Caption, OtherPosts, PostJourney, Published, RecentPosts};
use tikmatrix_device::script::{Context, EarlierMark, Failure};
use tikmatrix_domain::StandardFailure;

/// What an attempt knew before it tapped Post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublishMark {
    /// The caption as it was typed.
    pub(crate) caption: Caption,
    /// The account's profile; `None` if it could not be read.
    pub(crate) before: Option<RecentPosts>,
}

/// Finds out whether the attempt that set `earlier` has published. If it has not, the mark is withdrawn; that it has not is believed only after `timeout`.
///
/// # Errors
/// [`StandardFailure::Unconfirmed`] when the profile does not show it; others when the phone is gone or a person has to act.
pub(crate) async fn has_published(
    journey: PostJourney<'_>,
    context: &mut Context,
    package: &str,
    earlier: EarlierMark,
    timeout: Duration,
) -> Result<bool, Failure> {
    let EarlierMark { seen, others_since } = earlier;
    let mark = PublishMark::deserialize(&seen).ok();
    let Some(PublishMark { caption, before: Some(before) }) = mark else {
        return Err(unknown("what the profile showed before that attempt is not known"));
    };
    let others = other_posts(&others_since, &caption);
    match journey.confirm.compare_profile(context, package, &caption, &before, others, timeout).await {
        Ok(Published::Yes) => Ok(true),
        Ok(Published::No) => context.marks().withdraw().await.map(|()| false),
        Ok(Published::Unknown) => Err(unknown("what the profile shows now fits both")),
        Err(failure) if failure.code() == StandardFailure::AppChanged => {
            Err(unknown(&format!("the profile could not be read: {failure}")))
        }
        Err(other) => Err(other),
    }
}

/// What the other tasks that set these marks may have published.
fn other_posts(marks: &[Value], caption: &Caption) -> OtherPosts {
    let is_same = |mark: &Value| PublishMark::deserialize(mark).map_or(true, |mark| mark.caption == *caption);
    match marks {
        [] => OtherPosts::None,
        marks if marks.iter().any(is_same) => OtherPosts::SameCaption,
        _ => OtherPosts::OtherCaptions,
    }
}

fn unknown(why: &str) -> Failure {
    Failure::unconfirmed(format!(
        "an earlier attempt tapped Post, and whether it published is not known: {why}; look at the profile, and create a new \
         task if the video is not there"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_marks_of_other_tasks_say_what_they_may_have_published() {
        let caption =
            |description: &str| Caption { title: String::new(), description: description.to_owned() };
        let mark = |description: &str| json!(PublishMark { caption: caption(description), before: None });
        for (marks, expected) in [
            (vec![], OtherPosts::None),
            (vec![mark("other"), mark("third")], OtherPosts::OtherCaptions),
            (vec![mark("other"), mark("ours")], OtherPosts::SameCaption),
            // Of an earlier version: it may be anything.
            (vec![json!({})], OtherPosts::SameCaption),
        ] {
            assert_eq!(other_posts(&marks, &caption("ours")), expected, "{marks:?}");
        }
    }
}
