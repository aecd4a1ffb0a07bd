//! Rectangles of the screen.

/// A rectangle in screen pixels; right and bottom are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// First column.
    pub left: i32,
    /// First row.
    pub top: i32,
    /// First column to the right of it.
    pub right: i32,
    /// First row below it.
    pub bottom: i32,
}

impl Bounds {
    /// The rectangle between two corners.
    pub fn new(left: i32, top: i32, right: i32, bottom: i32) -> Self {
        Self { left, top, right, bottom }
    }

    /// Whether the pixel lies inside.
    pub fn contains(&self, x: i32, y: i32) -> bool {
        x >= self.left && x < self.right && y >= self.top && y < self.bottom
    }

    /// The intersection; an empty rectangle at the origin when they do not overlap.
    pub fn intersection(&self, other: &Self) -> Self {
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        if both.is_empty() { Self::default() } else { both }
    }

    /// Whether it covers no pixel.
    pub fn is_empty(&self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    /// The pixel in the middle.
    pub fn center(&self) -> (i32, i32) {
        (i32::midpoint(self.left, self.right), i32::midpoint(self.top, self.bottom))
    }

    /// Columns covered.
    pub fn width(&self) -> i32 {
        self.right - self.left
    }

    /// Rows covered.
    pub fn height(&self) -> i32 {
        self.bottom - self.top
    }

    /// The rectangle moved by `x` and `y`.
    pub fn moved(&self, x: i32, y: i32) -> Self {
        Self::new(self.left + x, self.top + y, self.right + x, self.bottom + y)
    }
}
