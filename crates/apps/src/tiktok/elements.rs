//! The elements of TikTok's profile that the journeys need, taken out once so that none can be missing on the way.

use tikmatrix_device::ui::Selector;

use crate::profile::file::{Profile, ProfileError};

#[derive(Debug, Clone)]
pub(super) struct Elements {
    pub(super) next: Selector,
    pub(super) title_field: Selector,
    pub(super) description_field: Selector,
    pub(super) post: Selector,
    pub(super) confirm_post: Selector,
    pub(super) upload_percent: Selector,
    pub(super) home_tab: Selector,
    pub(super) profile_tab: Selector,
    pub(super) profile_video: Selector,
    pub(super) no_videos: Selector,
    pub(super) drafts: Selector,
    pub(super) video_caption: Selector,
    pub(super) username: Selector,
    pub(super) followers: Selector,
    pub(super) follow: Selector,
    pub(super) requested: Selector,
    pub(super) following: Selector,
    pub(super) unfollow: Selector,
}

impl Elements {
    pub(super) fn of(profile: &Profile) -> Result<Self, ProfileError> {
        let element = |name: &'static str| {
            let missing = ProfileError::MissingElement { file: "tiktok.toml", element: name };
            profile.elements.get(name).map(|element| Selector::clone(element)).ok_or(missing)
        };
        Ok(Self {
            next: element("next")?,
            title_field: element("title_field")?,
            description_field: element("description_field")?,
            post: element("post")?,
            confirm_post: element("confirm_post")?,
            upload_percent: element("upload_percent")?,
            home_tab: element("home_tab")?,
            profile_tab: element("profile_tab")?,
            profile_video: element("profile_video")?,
            no_videos: element("no_videos")?,
            drafts: element("drafts")?,
            video_caption: element("video_caption")?,
            username: element("username")?,
            followers: element("followers")?,
            follow: element("follow")?,
            requested: element("requested")?,
            following: element("following")?,
            unfollow: element("unfollow")?,
        })
    }
}
