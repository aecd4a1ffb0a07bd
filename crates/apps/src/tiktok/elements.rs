//! The elements of TikTok's profile that the journeys need, read once so that none can be missing on the way.

use tikmatrix_device::ui::Selector;

use crate::profile::file::{Profile, ProfileError};

#[derive(Debug, Clone)]
pub(crate) struct Elements {
    pub(crate) next: Selector,
    pub(crate) title_field: Selector,
    pub(crate) description_field: Selector,
    pub(crate) post: Selector,
    pub(crate) confirm_post: Selector,
    pub(crate) upload_percent: Selector,
    pub(crate) posting: Selector,
    pub(crate) home_tab: Selector,
    pub(crate) profile_tab: Selector,
    pub(crate) profile_video: Selector,
    pub(crate) no_videos: Selector,
    pub(crate) drafts: Selector,
    pub(crate) video_caption: Selector,
    pub(crate) username: Selector,
    pub(crate) followers: Selector,
    pub(crate) follow: Selector,
    pub(crate) requested: Selector,
    pub(crate) following: Selector,
    pub(crate) unfollow: Selector,
    pub(crate) search: Selector,
    pub(crate) search_field: Selector,
    pub(crate) search_submit: Selector,
    pub(crate) users_tab: Selector,
    pub(crate) chosen_users_tab: Selector,
    pub(crate) found_user: Selector,
    pub(crate) no_results: Selector,
}

impl Elements {
    pub(crate) fn of(profile: &Profile) -> Result<Self, ProfileError> {
        Ok(Self {
            next: profile.element("next")?,
            title_field: profile.element("title_field")?,
            description_field: profile.element("description_field")?,
            post: profile.element("post")?,
            confirm_post: profile.element("confirm_post")?,
            upload_percent: profile.element("upload_percent")?,
            posting: profile.element("posting")?,
            home_tab: profile.element("home_tab")?,
            profile_tab: profile.element("profile_tab")?,
            profile_video: profile.element("profile_video")?,
            no_videos: profile.element("no_videos")?,
            drafts: profile.element("drafts")?,
            video_caption: profile.element("video_caption")?,
            username: profile.element("username")?,
            followers: profile.element("followers")?,
            follow: profile.element("follow")?,
            requested: profile.element("requested")?,
            following: profile.element("following")?,
            unfollow: profile.element("unfollow")?,
            search: profile.element("search")?,
            search_field: profile.element("search_field")?,
            search_submit: profile.element("search_submit")?,
            users_tab: profile.element("users_tab")?,
            chosen_users_tab: profile.element("chosen_users_tab")?,
            found_user: profile.element("found_user")?,
            no_results: profile.element("no_results")?,
        })
    }
}

/// Whether a view of this class is a list.
pub(crate) fn is_list(class: &str) -> bool {
    ["RecyclerView", "ListView", "GridView"].iter().any(|list| class.ends_with(list))
}
