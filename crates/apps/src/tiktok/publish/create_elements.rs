//! The elements on the way through the app's camera and gallery, and those that show how an upload ended.

use tikmatrix_device::ui::Selector;

use crate::profile::file::{Profile, ProfileError};

#[derive(Debug, Clone)]
pub(super) struct CreateElements {
    pub(super) create_tab: Selector,
    pub(super) camera_tab: Selector,
    pub(super) open_gallery: Selector,
    pub(super) gallery_album: Selector,
    pub(super) all_albums: Selector,
    pub(super) gallery_photos: Selector,
    pub(super) gallery_videos: Selector,
    pub(super) select_multiple: Selector,
    pub(super) single_selection: Selector,
    pub(super) gallery_cell: Selector,
    pub(super) gallery_next: Selector,
    pub(super) upload_refused: Selector,
    pub(super) undecodable: Selector,
}

impl CreateElements {
    pub(super) fn of(profile: &Profile) -> Result<Self, ProfileError> {
        Ok(Self {
            create_tab: profile.element("create_tab")?,
            camera_tab: profile.element("camera_tab")?,
            open_gallery: profile.element("open_gallery")?,
            gallery_album: profile.element("gallery_album")?,
            all_albums: profile.element("all_albums")?,
            gallery_photos: profile.element("gallery_photos")?,
            gallery_videos: profile.element("gallery_videos")?,
            select_multiple: profile.element("select_multiple")?,
            single_selection: profile.element("single_selection")?,
            gallery_cell: profile.element("gallery_cell")?,
            gallery_next: profile.element("gallery_next")?,
            upload_refused: profile.element("upload_refused")?,
            undecodable: profile.element("undecodable")?,
        })
    }
}
