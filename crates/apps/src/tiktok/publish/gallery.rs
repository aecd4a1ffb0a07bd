//! The way by the app's + button: camera, gallery, and the choice of exactly the pushed files in their order. Cells have no
//! names: the files are the newest of the media library, which is checked, and each chosen cell shows its number.

use std::time::Duration;

use tikmatrix_device::android::{self, Key, MediaFile};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::{Bounds, NodeRef, Point, Selector, UiTree};
use tikmatrix_domain::StandardFailure;

use crate::tiktok::own_profile::OwnProfile;
use crate::tiktok::publish::create_elements::CreateElements;
use crate::tiktok::publish::taps::{LOST_TAP_TIMEOUT, MAX_TAPS, SCREEN_TIMEOUT};
use crate::tiktok::screens::Screens;

/// A grid whose chosen cell is farther away is not scrolled.
const MAX_SWIPES: u32 = 40;
/// So slow that the grid moves with the finger and hardly beyond.
const SWIPE_TIME: Duration = Duration::from_millis(800);

/// The way through the app's camera and gallery.
pub(super) struct GalleryWay<'a> {
    pub(super) screens: &'a Screens,
    pub(super) elements: &'a CreateElements,
    pub(super) own_profile: OwnProfile,
}

/// A picture of the grid.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cell {
    bounds: Bounds,
    /// Its place among the chosen ones, from 1.
    number: Option<usize>,
}

impl Cell {
    /// The circle that chooses it; the picture itself opens a preview.
    fn circle(&self) -> Point {
        let Bounds { left, top, right, bottom } = self.bounds;
        Point { x: left + (right - left) * 85 / 100, y: top + (bottom - top) * 15 / 100 }
    }

    /// Whether all of it is on the screen: cells are about as high as wide.
    fn is_whole(&self) -> bool {
        let Bounds { left, top, right, bottom } = self.bounds;
        (bottom - top) * 10 >= (right - left) * 9
    }
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
            match self.wait_for_gallery(context, LOST_TAP_TIMEOUT * 2).await {
                Err(failure) if failure.is_not_found() && self.screens.is_last(context, "camera") => {}
                other => return other,
            }
        }
        self.wait_for_gallery(context, SCREEN_TIMEOUT).await
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
        for number in 1..=files.len() {
            self.choose_next(context, number).await?;
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

    async fn wait_for_gallery(&self, context: &mut Context, timeout: Duration) -> Result<(), Failure> {
        self.screens.wait_for(context, "gallery", "TikTok's gallery", timeout).await
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
        self.wait_for_gallery(context, SCREEN_TIMEOUT).await
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

    /// Chooses the cell behind the one with the number before, or the first one, as the one with this number.
    async fn choose_next(&self, context: &mut Context, number: usize) -> Result<(), Failure> {
        let mut taps = 0;
        for _ in 0..MAX_SWIPES {
            let cells = self.still_cells(context).await?;
            let at = match number {
                1 if cells.iter().any(|cell| cell.number.is_some()) => {
                    let wanted = "a gallery in which nothing is chosen";
                    return Err(Failure::not_found(wanted, &context.last_screen(), Duration::ZERO));
                }
                1 => Some(0),
                _ => cells.iter().position(|cell| cell.number == Some(number - 1)).map(|last| last + 1),
            };
            let Some(at) = at else { break };
            match cells.get(at).filter(|cell| cell.is_whole()) {
                Some(cell) if taps < MAX_TAPS => {
                    taps += 1;
                    android::tap(context.phone(), cell.circle(), context.soon()).await?;
                    if self.is_chosen(context, number).await? {
                        return Ok(());
                    }
                }
                Some(_) => break,
                None => scroll(context, &cells).await?,
            }
        }
        let wanted = format!("the number {number} on the picture that was chosen in the gallery");
        Err(Failure::not_found(&wanted, &context.last_screen(), LOST_TAP_TIMEOUT))
    }

    /// Waits until a cell shows the number. A preview that the tap has opened is left.
    async fn is_chosen(&self, context: &mut Context, number: usize) -> Result<bool, Failure> {
        let shows = |tree: &UiTree| {
            let cells = self.cells(tree);
            cells.iter().any(|cell| cell.number == Some(number)).then_some(())
        };
        let wanted = format!("the number {number}");
        match context.screen().wait_until(&wanted, LOST_TAP_TIMEOUT, shows).await {
            Ok(()) => Ok(true),
            Err(failure) if failure.is_not_found() => {
                if !self.screens.is_last(context, "gallery") {
                    android::press(context.phone(), Key::Back, context.soon()).await?;
                    self.wait_for_gallery(context, SCREEN_TIMEOUT).await?;
                }
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    /// Waits until the gallery shows pictures and does not move.
    async fn still_cells(&self, context: &mut Context) -> Result<Vec<Cell>, Failure> {
        let mut before = Vec::new();
        let still = |tree: &UiTree| {
            let cells = if self.screens.is(tree, "gallery") { self.cells(tree) } else { Vec::new() };
            let is_still = !cells.is_empty() && cells == before;
            before.clone_from(&cells);
            is_still.then_some(cells)
        };
        context.screen().wait_until("the pictures of the gallery", SCREEN_TIMEOUT, still).await
    }

    /// The cells on the screen, row by row.
    fn cells(&self, tree: &UiTree) -> Vec<Cell> {
        let found = self.elements.gallery_cell.find_all(tree);
        let cell = |node: NodeRef<'_>| Cell {
            bounds: node.bounds,
            number: node.descendants().find_map(|it| it.text.trim().parse().ok()),
        };
        let mut cells: Vec<Cell> =
            found.into_iter().filter(|node| !node.bounds.is_empty()).map(cell).collect();
        cells.sort_by_key(|cell| (cell.bounds.top, cell.bounds.left));
        cells
    }
}

/// Moves the grid up by about one row and a half, so that the row that was chosen last stays on the screen.
async fn scroll(context: &Context, cells: &[Cell]) -> Result<(), Failure> {
    let (Some(first), Some(last)) = (cells.first(), cells.last()) else { return Ok(()) };
    let height = cells.iter().map(|cell| cell.bounds.bottom - cell.bounds.top).max().unwrap_or(0);
    let x = i32::midpoint(first.bounds.left, first.bounds.right);
    let from = Point { x, y: last.bounds.top.max(first.bounds.bottom) - height / 4 };
    let to = Point { x, y: (from.y - height * 3 / 2).max(first.bounds.top) };
    Ok(android::swipe(context.phone(), from, to, SWIPE_TIME, context.soon()).await?)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(top: i32, bottom: i32) -> Cell {
        Cell { bounds: Bounds { left: 364, top, right: 718, bottom }, number: None }
    }

    #[test]
    fn a_cell_is_chosen_at_its_upper_right_and_only_when_it_is_whole() {
        let whole = cell(385, 742);
        assert!(whole.is_whole());
        assert_eq!(whole.circle(), Point { x: 664, y: 438 });
        assert!(!cell(385, 620).is_whole(), "cut off at the end of the grid");
        assert!(!cell(500, 742).is_whole(), "cut off at its beginning: its circle may be out of sight");
    }
}
