//! The way by the app's + button: camera, gallery, and the choice of exactly the pushed files in their order. Pictures have
//! no names there: the files are the newest of the media library, which is checked.

use tikmatrix_device::android::{self, MediaFile};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::{Selector, UiTree};
use tikmatrix_domain::StandardFailure;

use crate::tiktok::own_profile::OwnProfile;
use crate::tiktok::publish::create_elements::CreateElements;
use crate::tiktok::publish::picture_grid::{PictureGrid, wait_for_gallery};
use crate::tiktok::publish::taps::{LOST_TAP_TIMEOUT, MAX_TAPS, SCREEN_TIMEOUT};
use crate::tiktok::screens::Screens;

/// The way through the app's camera and gallery.
pub(super) struct GalleryWay<'a> {
    pub(super) screens: &'a Screens,
    pub(super) elements: &'a CreateElements,
    pub(super) own_profile: OwnProfile,
}

impl GalleryWay<'_> {
    /// Opens the gallery over the camera, from wherever the app is.
    pub(super) async fn open(&self, context: &mut Context, package: &str) -> Result<(), Failure> {
        // The page of a sound has opened the camera with it, which would be lost.
        if !self.screens.is_last(context, "camera") {
            self.open_camera(context, package).await?;
        }
        self.open_gallery(context).await
    }

    async fn open_camera(&self, context: &mut Context, package: &str) -> Result<(), Failure> {
        if !self.elements.create_tab.is_on(&context.screen().read().await?) {
            self.own_profile.open(context, package).await?;
            self.own_profile.return_home(context).await?;
        }
        for _ in 0..MAX_TAPS {
            context.screen().tap(&self.elements.create_tab, SCREEN_TIMEOUT).await?;
            let is_camera = |tree: &UiTree| {
                let is_on = |id| self.screens.is(tree, id);
                (is_on("camera") || is_on("camera_create") || is_on("gallery")).then_some(())
            };
            match context.screen().wait_until("TikTok's camera", LOST_TAP_TIMEOUT * 2, is_camera).await {
                Err(failure) if failure.is_not_found() && self.has_create_tab(context) => {}
                Err(failure) => return Err(failure),
                Ok(()) => break,
            }
        }
        if self.screens.is_last(context, "camera_create") {
            context.screen().tap(&self.elements.camera_tab, SCREEN_TIMEOUT).await?;
            self.screens.wait_for(context, "camera", "TikTok's camera", SCREEN_TIMEOUT).await?;
        }
        Ok(())
    }

    async fn open_gallery(&self, context: &mut Context) -> Result<(), Failure> {
        for _ in 0..MAX_TAPS {
            if self.screens.is_last(context, "gallery") {
                return Ok(());
            }
            context.screen().tap(&self.elements.open_gallery, SCREEN_TIMEOUT).await?;
            match wait_for_gallery(self.screens, context, LOST_TAP_TIMEOUT * 2).await {
                Err(failure) if failure.is_not_found() && self.screens.is_last(context, "camera") => {}
                other => return other,
            }
        }
        wait_for_gallery(self.screens, context, SCREEN_TIMEOUT).await
    }

    /// Chooses the files, which are the newest of the media library, in this order, and goes on to the editor.
    pub(super) async fn choose(&self, context: &mut Context, files: &[MediaFile]) -> Result<(), Failure> {
        self.show_all_albums(context).await?;
        let shows_videos = files.first().is_some_and(MediaFile::is_video);
        let tab = if shows_videos { &self.elements.gallery_videos } else { &self.elements.gallery_photos };
        self.select_tab(context, tab).await?;
        if self.elements.single_selection.is_on(&context.screen().read().await?) {
            context.screen().tap(&self.elements.select_multiple, SCREEN_TIMEOUT).await?;
            let is_multiple = |tree: &UiTree| (!self.elements.single_selection.is_on(tree)).then_some(());
            context.screen().wait_until("multiple selection", SCREEN_TIMEOUT, is_multiple).await?;
        }
        let grid = PictureGrid { screens: self.screens, cell: &self.elements.gallery_cell };
        for number in 1..=files.len() {
            grid.choose_next(context, number).await?;
        }
        require_newest(context, files).await?;
        for _ in 0..MAX_TAPS {
            context.screen().tap(&self.elements.gallery_next, SCREEN_TIMEOUT).await?;
            match self.screens.wait_for(context, "editor", "TikTok's editor", LOST_TAP_TIMEOUT * 2).await {
                Err(failure) if failure.is_not_found() && self.screens.is_last(context, "gallery") => {}
                other => return other,
            }
        }
        self.screens.wait_for(context, "editor", "TikTok's editor", SCREEN_TIMEOUT).await
    }

    fn has_create_tab(&self, context: &Context) -> bool {
        context.last_tree().is_some_and(|tree| self.elements.create_tab.is_on(tree))
    }

    /// Makes the gallery show all albums: it remembers the one that was chosen last.
    async fn show_all_albums(&self, context: &mut Context) -> Result<(), Failure> {
        let tree = context.screen().read().await?;
        let CreateElements { gallery_album, all_albums, .. } = self.elements;
        if !gallery_album.is_on(&tree) || all_albums.is_on(&tree) {
            return Ok(());
        }
        context.screen().tap(&self.elements.gallery_album, SCREEN_TIMEOUT).await?;
        context.screen().tap(&self.elements.all_albums, SCREEN_TIMEOUT).await?;
        wait_for_gallery(self.screens, context, SCREEN_TIMEOUT).await
    }

    async fn select_tab(&self, context: &mut Context, tab: &Selector) -> Result<(), Failure> {
        let is_selected = |tree: &UiTree| tab.find(tree).is_some_and(|node| node.flags.selected);
        if is_selected(&context.screen().read().await?) {
            return Ok(());
        }
        context.screen().tap(tab, SCREEN_TIMEOUT).await?;
        let selected = |tree: &UiTree| is_selected(tree).then_some(());
        context.screen().wait_until("the gallery's tab", SCREEN_TIMEOUT, selected).await
    }
}

/// Checks that the first cells of the gallery are these files, in this order.
async fn require_newest(context: &mut Context, files: &[MediaFile]) -> Result<(), Failure> {
    let Some(first) = files.first() else { return Ok(()) };
    let newest = android::newest_media(context.phone(), first, files.len(), context.soon()).await?;
    if newest.iter().map(String::as_str).eq(files.iter().map(MediaFile::name)) {
        return Ok(());
    }
    let remark = "another picture or video is newer in the phone's gallery than those of the task, so that those chosen may \
                  be others, and nothing was published: delete files whose date lies in the future, and try again while \
                  no pictures are taken with the phone";
    Err(Failure::new(StandardFailure::AppChanged, remark))
}
