//! The grid of videos on the account's own profile.

use tikmatrix_device::script::Found;
use tikmatrix_device::ui::{Bounds, NodeRef, UiTree};

use crate::tiktok::elements::{Elements, is_list};

/// The part of the profile's grid that is on the screen.
pub(crate) struct Grid {
    /// The bounds of its cells, drafts included.
    pub(crate) cells: Vec<Bounds>,
    pub(crate) videos: Vec<Found>,
    /// Whether the last cell on the screen is certainly the last of all.
    pub(crate) is_whole: bool,
}

impl Grid {
    /// Finds the grid on the profile that the tree shows.
    pub(crate) fn of(tree: &UiTree, elements: &Elements) -> Self {
        let drafts = elements.drafts.find_all(tree);
        let holds_drafts =
            |cell| drafts.iter().any(|draft| *draft == cell || draft.ancestors().any(|it| it == cell));
        let posting = elements.posting.find_all(tree);
        // A post that is being uploaded has a cell already, and is none yet.
        let is_posting =
            |cell: &NodeRef<'_>| posting.iter().any(|it| it.ancestors().any(|around| around == *cell));
        let cells = elements.profile_video.find_all(tree);
        let cells: Vec<_> = cells.into_iter().filter(|cell| !is_posting(cell)).collect();
        let is_whole =
            cells.last().map_or_else(|| elements.no_videos.is_on(tree), |last| has_room_after(*last));
        let places = cells.iter().map(|cell| cell.bounds).collect();
        let videos = cells.into_iter().filter(|cell| !holds_drafts(*cell)).map(Found::of).collect();
        Self { cells: places, videos, is_whole }
    }
}

/// Whether one more cell of the grid would be on the screen too, beside this one or below it.
fn has_room_after(cell: NodeRef<'_>) -> bool {
    let bounds = cell.bounds;
    let (width, height) = (bounds.right - bounds.left, bounds.bottom - bounds.top);
    let list = cell.ancestors().find(|it| is_list(&it.class));
    bounds.right + width / 2 <= cell.tree().screen().right
        || list.is_some_and(|list| bounds.bottom + height / 4 <= list.bounds.bottom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiktok::screens::Screens;

    /// A profile with this many cells, three in a row, in a grid that ends at 1000.
    fn profile(cells: i32, label: &str) -> UiTree {
        let cell = |at: i32| {
            let (left, top) = (at % 3 * 361, 100 + at / 3 * 480);
            let bounds = format!("[{left},{top}][{},{}]", left + 358, (top + 478).min(1000));
            let text = if at == 0 { label } else { "0" };
            format!(
                r#"<node clickable="true" bounds="{bounds}"><node text="{text}" bounds="{bounds}"/></node>"#
            )
        };
        let cells: String = (0..cells).map(cell).collect();
        let videos = r#"<node content-desc="Videos" bounds="[0,50][360,90]"/>"#;
        let list = format!(
            r#"<node class="androidx.recyclerview.widget.RecyclerView" bounds="[0,100][1080,1000]">{cells}</node>"#
        );
        let dump = format!(r#"<hierarchy><node bounds="[0,0][1080,1100]">{videos}{list}</node></hierarchy>"#);
        UiTree::parse(dump.as_bytes()).unwrap()
    }

    #[test]
    fn a_grid_is_whole_when_one_more_video_would_be_on_the_screen_too() {
        let screens = Screens::new().unwrap();
        for (cells, is_whole) in [(1, true), (2, true), (3, true), (4, true), (5, true), (6, false)] {
            let grid = Grid::of(&profile(cells, "0"), &screens.elements);
            assert_eq!((grid.videos.len(), grid.is_whole), (usize::try_from(cells).unwrap(), is_whole));
        }
    }

    #[test]
    fn drafts_have_a_cell_but_are_no_video() {
        let grid = Grid::of(&profile(6, "Drafts: 2"), &Screens::new().unwrap().elements);
        assert_eq!((grid.videos.len(), grid.is_whole), (5, false));
    }

    #[test]
    fn a_profile_that_shows_nothing_may_still_have_videos() {
        assert!(!Grid::of(&profile(0, ""), &Screens::new().unwrap().elements).is_whole);
    }
}
