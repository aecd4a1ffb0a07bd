//! The grid of pictures in the app's gallery. Its cells have no names, and each chosen one shows its number.

use std::time::Duration;

use tikmatrix_device::android::{self, Key};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::{Bounds, NodeRef, Point, Selector, UiTree};

use crate::tiktok::publish::taps::{LOST_TAP_TIMEOUT, MAX_TAPS, SCREEN_TIMEOUT};
use crate::tiktok::screens::Screens;

/// A grid whose chosen cell is farther away is not scrolled.
const MAX_SWIPES: u32 = 40;
/// So slow that the grid moves with the finger and hardly beyond.
const SWIPE_TIME: Duration = Duration::from_millis(800);

/// The pictures of the gallery, of which some are chosen in an order.
pub(super) struct PictureGrid<'a> {
    pub(super) screens: &'a Screens,
    pub(super) cell: &'a Selector,
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

impl PictureGrid<'_> {
    /// Chooses the cell behind the one with the number before, or the first one, as the one with this number.
    pub(super) async fn choose_next(&self, context: &mut Context, number: usize) -> Result<(), Failure> {
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
                    wait_for_gallery(self.screens, context, SCREEN_TIMEOUT).await?;
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
        let found = self.cell.find_all(tree);
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

/// Waits until the gallery is on the screen.
pub(super) async fn wait_for_gallery(
    screens: &Screens,
    context: &mut Context,
    timeout: Duration,
) -> Result<(), Failure> {
    screens.wait_for(context, "gallery", "TikTok's gallery", timeout).await
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
