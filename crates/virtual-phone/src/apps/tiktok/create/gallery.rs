//! The gallery: what of the phone's media library it shows, and what is chosen in which order.

use crate::apps::social::grid::Grid;
use crate::ui::bounds::Bounds;
use crate::ui::gallery::{Gallery, GalleryItem};
use crate::ui::intent::MediaItem;

/// The album of everything.
pub(crate) const RECENTS: &str = "Recents";
/// So many items can be in a post.
const MAX_CHOSEN: usize = 35;
/// The grid while nothing is chosen, and above the strip of what is.
const GRID_BOTTOM: [i32; 2] = [2137, 1822];

/// Which items the gallery shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    All,
    Videos,
    Photos,
}

/// The gallery's state. Album, tab and multiple selection outlive the process; what is chosen does not outlive the sheet.
#[derive(Debug)]
pub(crate) struct Picker {
    gallery: Gallery,
    pub(crate) album: String,
    pub(crate) tab: Tab,
    pub(crate) is_multiple: bool,
    pub(crate) opens_on_templates: bool,
    /// By their rows of the media library, in the order of the taps.
    chosen: Vec<u64>,
    scroll: i32,
}

impl Picker {
    /// The gallery of a fresh app. `seed` decides what it remembers of its user.
    pub(crate) fn new(gallery: Gallery, seed: u64) -> Self {
        Self {
            gallery,
            album: RECENTS.to_owned(),
            tab: Tab::All,
            is_multiple: seed.is_multiple_of(2),
            opens_on_templates: seed.is_multiple_of(3),
            chosen: Vec::new(),
            scroll: 0,
        }
    }

    /// Shows the newest items, with nothing chosen.
    pub(crate) fn open(&mut self) {
        self.chosen.clear();
        self.scroll = 0;
    }

    pub(crate) fn show_album(&mut self, name: &str) {
        name.clone_into(&mut self.album);
        self.open();
    }

    pub(crate) fn show_tab(&mut self, tab: &str) {
        self.tab = match tab {
            "videos" => Tab::Videos,
            "photos" => Tab::Photos,
            _ => Tab::All,
        };
        self.scroll = 0;
    }

    /// Chooses the item with this row, or no longer.
    pub(crate) fn toggle(&mut self, id: u64) {
        match self.number(id) {
            Some(number) => _ = self.chosen.remove(number - 1),
            None if self.chosen.len() < MAX_CHOSEN => self.chosen.push(id),
            None => {}
        }
    }

    /// Scrolls the grid up by so many pixels.
    pub(crate) fn scroll_by(&mut self, up: i32) {
        let highest = (self.grid().max_scroll(self.shown().len()) - self.grid().row_height).max(0);
        self.scroll = self.scroll.saturating_add(up).clamp(0, highest);
    }

    pub(crate) fn scroll(&self) -> i32 {
        self.scroll
    }

    pub(crate) fn chosen_count(&self) -> usize {
        self.chosen.len()
    }

    /// The place of the item among the chosen ones, from 1.
    pub(crate) fn number(&self, id: u64) -> Option<usize> {
        self.chosen.iter().position(|chosen| *chosen == id).map(|index| index + 1)
    }

    /// What is chosen, in the order of the taps; nothing is afterwards.
    pub(crate) fn take_chosen(&mut self) -> Vec<MediaItem> {
        let items = self.gallery.items();
        let find = |id: u64| items.iter().find(|item| item.id == id).map(|item| item.item.clone());
        std::mem::take(&mut self.chosen).into_iter().filter_map(find).collect()
    }

    /// The items of the album and the tab.
    pub(crate) fn shown(&self) -> Vec<GalleryItem> {
        let fits = |item: &GalleryItem| {
            let is_in_album = self.album == RECENTS || self.album == item.album;
            is_in_album
                && match self.tab {
                    Tab::All => true,
                    Tab::Videos => item.item.is_video(),
                    Tab::Photos => item.item.is_image(),
                }
        };
        self.gallery.items().into_iter().filter(fits).collect()
    }

    /// The albums with the numbers of their items.
    pub(crate) fn albums(&self) -> Vec<(String, usize)> {
        let items = self.gallery.items();
        let mut albums = vec![(RECENTS.to_owned(), items.len())];
        for item in items {
            match albums.iter_mut().find(|(name, _)| *name == item.album) {
                Some((_, count)) => *count += 1,
                None => albums.push((item.album, 1)),
            }
        }
        albums
    }

    pub(crate) fn item(&self, id: u64) -> Option<MediaItem> {
        self.gallery.items().into_iter().find(|item| item.id == id).map(|item| item.item)
    }

    /// Where the cells lie.
    pub(crate) fn grid(&self) -> Grid {
        let bottom = GRID_BOTTOM[usize::from(!self.chosen.is_empty())];
        Grid {
            bounds: Bounds { left: 0, top: 380, right: 1080, bottom },
            columns: 3,
            column_width: 359,
            row_height: 362,
        }
    }
}
