//! Counting the videos of a profile by scrolling to the end of its grid, for posts that only the number of videos can
//! confirm.

use std::time::Duration;

use tikmatrix_device::android;
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::{Bounds, Point, UiTree};

use crate::tiktok::elements::Elements;
use crate::tiktok::grid::Grid;

/// For the grid to stop moving.
const STILL_TIMEOUT: Duration = Duration::from_secs(15);
/// A grid whose end is farther away is not counted.
const MAX_SWIPES: u32 = 40;
/// So slow that the grid moves with the finger and hardly beyond.
const SLOW_SWIPE: Duration = Duration::from_millis(800);
/// On the way back the distance does not matter.
const QUICK_SWIPE: Duration = Duration::from_millis(200);
/// A grid that moved by fewer pixels has not moved.
const STILL: i32 = 4;

/// The part of a row of the grid that is on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    top: i32,
    bottom: i32,
    cells: usize,
}

/// The measures of a grid's rows, and where the first one was before anything moved.
#[derive(Debug, PartialEq, Eq)]
struct Ruler {
    first_top: i32,
    height: i32,
    /// From one row to the next.
    pitch: i32,
    columns: usize,
}

/// Counts the videos of a profile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VideoCounter<'a> {
    pub(crate) elements: &'a Elements,
}

impl VideoCounter<'_> {
    /// Counts the videos of the profile on the screen, and scrolls back. `None` when the end is too far away, or when
    /// it is not certain how far the grid has moved.
    pub(crate) async fn count(&self, context: &mut Context) -> Result<Option<usize>, Failure> {
        let first = self.still_grid(context).await?;
        let count = self.scroll_to_end(context, &first).await?;
        let is_back = self.scroll_back(context, &first).await?;
        Ok(count.filter(|_| is_back))
    }

    async fn scroll_to_end(&self, context: &mut Context, first: &Grid) -> Result<Option<usize>, Failure> {
        let mut rows = rows_of(&first.cells);
        let Some(ruler) = Ruler::of(&rows) else { return Ok(None) };
        let drafts = first.cells.len() - first.videos.len();
        let (mut moved, mut stands) = (0, 0);
        for _ in 0..MAX_SWIPES {
            let height = screen_height(context);
            swipe(context, height * 4 / 5, -ruler.pitch * 3 / 5, SLOW_SWIPE).await?;
            let grid = self.still_grid(context).await?;
            let now = rows_of(&grid.cells);
            let Some(by) = ruler.moved(&rows, &now) else { return Ok(None) };
            (moved, stands) = (moved + by, if by < STILL { stands + 1 } else { 0 });
            if grid.is_whole || stands == 2 {
                return Ok(ruler.count(&now, moved).and_then(|cells| cells.checked_sub(drafts)));
            }
            rows = now;
        }
        Ok(None)
    }

    async fn scroll_back(&self, context: &mut Context, first: &Grid) -> Result<bool, Failure> {
        for _ in 0..MAX_SWIPES {
            if self.still_grid(context).await?.cells == first.cells {
                return Ok(true);
            }
            let height = screen_height(context);
            swipe(context, height * 11 / 20, height * 3 / 10, QUICK_SWIPE).await?;
        }
        Ok(false)
    }

    /// Waits until the grid has stopped moving.
    async fn still_grid(&self, context: &mut Context) -> Result<Grid, Failure> {
        let mut before = Vec::new();
        let still = |tree: &UiTree| {
            let grid = Grid::of(tree, self.elements);
            let is_still = !grid.cells.is_empty() && grid.cells == before;
            before.clone_from(&grid.cells);
            is_still.then_some(grid)
        };
        context.screen().wait_until("the grid of the profile's videos", STILL_TIMEOUT, still).await
    }
}

impl Ruler {
    /// Measures a grid that has not moved yet. `None` when it shows fewer than two rows.
    fn of(rows: &[Row]) -> Option<Self> {
        let [first, second, ..] = rows else { return None };
        let (height, pitch) = (first.bottom - first.top, second.top - first.top);
        let is_sound = height > 0 && pitch >= height;
        is_sound.then_some(Self { first_top: first.top, height, pitch, columns: first.cells })
    }

    /// Returns how far the grid has moved up between two dumps, if by less than a row: all rows look alike, so that
    /// a move by more cannot be distinguished from a smaller one.
    fn moved(&self, before: &[Row], now: &[Row]) -> Option<i32> {
        let by = (self.top_of_first(before)? - self.top_of_first(now)?).rem_euclid(self.pitch);
        // Rows are rounded: a pixel less than a row is no move.
        Some(if by > self.pitch - STILL { 0 } else { by })
    }

    /// Counts the cells of a grid that shows its last row and has moved up by `moved`.
    fn count(&self, rows: &[Row], moved: i32) -> Option<usize> {
        let last = rows.last()?;
        let top = if rows.len() == 1 { self.top_of_first(rows)? } else { last.top };
        let index = (top - self.first_top + moved + self.pitch / 2).div_euclid(self.pitch);
        Some(usize::try_from(index).ok()? * self.columns + last.cells)
    }

    /// Returns where the first row on the screen would begin if it were not cut off.
    fn top_of_first(&self, rows: &[Row]) -> Option<i32> {
        let first = rows.first()?;
        let is_cut_below = rows.len() == 1 && first.bottom - first.top < self.height;
        (!is_cut_below).then_some(first.bottom - self.height)
    }
}

fn rows_of(cells: &[Bounds]) -> Vec<Row> {
    let rows = cells.chunk_by(|one, other| one.top == other.top);
    rows.filter_map(|row| {
        row.first().map(|cell| Row { top: cell.top, bottom: cell.bottom, cells: row.len() })
    })
    .collect()
}

fn screen_height(context: &Context) -> i32 {
    context.last_tree().map_or(0, |tree| tree.screen().bottom)
}

/// Swipes along the middle of the screen, down by `by` pixels.
async fn swipe(context: &Context, from: i32, by: i32, taking: Duration) -> Result<(), Failure> {
    let x = context.last_tree().map_or(0, |tree| tree.screen().center().x);
    let (from, to) = (Point { x, y: from }, Point { x, y: from + by });
    Ok(android::swipe(context.phone(), from, to, taking, context.soon()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows that a screen from 100 to 1000 shows of a grid with so many cells, moved up by `moved`.
    fn grid(cells: usize, moved: i32) -> Vec<Row> {
        let cell = |at: usize| {
            let (row, column) = (i32::try_from(at / 3).unwrap(), i32::try_from(at % 3).unwrap());
            let (left, top) = (column * 361, 100 + row * 480 - moved);
            Bounds { left, top: top.max(100), right: left + 358, bottom: (top + 478).min(1000) }
        };
        let cells: Vec<Bounds> = (0..cells).map(cell).filter(|cell| !cell.is_empty()).collect();
        rows_of(&cells)
    }

    #[test]
    fn cells_are_counted_by_how_far_the_grid_moved() {
        for cells in 4..40 {
            let mut rows = grid(cells, 0);
            let ruler = Ruler::of(&rows).unwrap();
            let end = i32::try_from(cells.div_ceil(3)).unwrap() * 480 - 900;
            let (mut at, mut moved) = (0, 0);
            while at < end {
                at = (at + 317).min(end);
                let now = grid(cells, at);
                moved += ruler.moved(&rows, &now).unwrap();
                rows = now;
            }
            assert_eq!(moved, at);
            assert_eq!(ruler.count(&rows, moved), Some(cells));
        }
    }

    #[test]
    fn a_grid_that_stands_still_has_not_moved() {
        let ruler = Ruler::of(&grid(9, 0)).unwrap();
        assert_eq!(ruler.moved(&grid(9, 300), &grid(9, 300)), Some(0));
        assert_eq!(ruler.moved(&grid(9, 300), &grid(9, 299)), Some(0));
    }

    #[test]
    fn a_row_alone_counts_only_as_a_whole() {
        let ruler = Ruler::of(&grid(4, 0)).unwrap();
        assert_eq!(ruler.count(&grid(4, 480), 480), Some(4));
        assert_eq!(ruler.count(&grid(4, 780), 780), None);
    }

    #[test]
    fn one_row_is_not_enough_to_measure() {
        assert_eq!(Ruler::of(&grid(3, 0)), None);
        assert_eq!(Ruler::of(&[]), None);
    }
}
