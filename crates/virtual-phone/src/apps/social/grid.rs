//! The grid of posts on a profile.

use crate::ui::bounds::Bounds;
use crate::ui::view::View;

/// Where a profile's grid lies, and how its cells lie in it.
pub(crate) struct Grid {
    /// The part of the screen that shows it.
    pub(crate) bounds: Bounds,
    pub(crate) columns: usize,
    pub(crate) column_width: i32,
    pub(crate) row_height: i32,
}

impl Grid {
    /// Moves a cell from the grid's top left corner to its position. What lies outside the grid is cut off, or
    /// invisible.
    pub(crate) fn place(&self, cell: &mut View, position: usize, scroll: i32) {
        let column = i32::try_from(position % self.columns).unwrap_or_default();
        let row = i32::try_from(position / self.columns).unwrap_or_default();
        let (x, y) = (column * self.column_width, row.saturating_mul(self.row_height).saturating_sub(scroll));
        cell.visit_mut(&mut |view| {
            view.bounds = view.bounds.moved(x, y).intersection(&self.bounds);
            view.visible = !view.bounds.is_empty();
        });
    }

    /// How far a grid of `cells` can be pushed up, in pixels.
    pub(crate) fn max_scroll(&self, cells: usize) -> i32 {
        let rows = i32::try_from(cells.div_ceil(self.columns)).unwrap_or(i32::MAX);
        (rows - 1).max(0).saturating_mul(self.row_height)
    }
}
