//! Rectangles and points on a screen, in pixels from its top left corner.

use serde::{Deserialize, Serialize};

/// A point on the screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Point {
    /// From the left edge.
    pub x: i32,
    /// From the top edge.
    pub y: i32,
}

/// A rectangle on the screen, in pixels; `right` and `bottom` are the first pixels outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Bounds {
    /// The left edge.
    pub left: i32,
    /// The upper edge.
    pub top: i32,
    /// One past the right edge.
    pub right: i32,
    /// One past the lower edge.
    pub bottom: i32,
}

impl Bounds {
    /// Reads the form of a dump, `[left,top][right,bottom]`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let inner = text.trim().strip_prefix('[')?.strip_suffix(']')?;
        let (from, to) = inner.split_once("][")?;
        let (left, top) = from.split_once(',')?;
        let (right, bottom) = to.split_once(',')?;
        let number = |text: &str| text.trim().parse::<i32>().ok();
        Some(Self { left: number(left)?, top: number(top)?, right: number(right)?, bottom: number(bottom)? })
    }

    /// Returns whether no pixel lies in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    /// Returns its center.
    #[must_use]
    pub fn center(self) -> Point {
        let middle = |from: i32, to: i32| from.midpoint(to);
        Point { x: middle(self.left, self.right), y: middle(self.top, self.bottom) }
    }

    /// Returns whether the point lies in it.
    #[must_use]
    pub fn contains(self, point: Point) -> bool {
        (self.left..self.right).contains(&point.x) && (self.top..self.bottom).contains(&point.y)
    }

    /// Returns the intersection; empty when there is none.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// Returns the smallest rectangle that contains both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// A part of the screen in fractions of its size, so that it means the same on every phone.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Region {
    /// The left edge, 0.0 to 1.0.
    pub left: f64,
    /// The upper edge, 0.0 to 1.0.
    pub top: f64,
    /// The right edge, 0.0 to 1.0.
    pub right: f64,
    /// The lower edge, 0.0 to 1.0.
    pub bottom: f64,
}

impl Default for Region {
    fn default() -> Self {
        Self { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 }
    }
}

impl Region {
    /// Returns whether the point lies in this part of `screen`.
    #[must_use]
    pub fn contains(self, screen: Bounds, point: Point) -> bool {
        let within = |at: i32, from: i32, to: i32, low: f64, high: f64| {
            let start = f64::from(from);
            let length = f64::from(to) - start;
            let at = f64::from(at);
            at >= start + length * low && at <= start + length * high
        };
        within(point.x, screen.left, screen.right, self.left, self.right)
            && within(point.y, screen.top, screen.bottom, self.top, self.bottom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_form_of_a_dump_and_refuses_others() {
        assert_eq!(
            Bounds::parse("[0,-5][1080,2400]"),
            Some(Bounds { left: 0, top: -5, right: 1080, bottom: 2400 })
        );
        for text in ["", "[0,0]", "[0,0][1]", "[0,0][a,b]", "0,0,1,1", "[99999999999,0][1,1]"] {
            assert_eq!(Bounds::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_middle_of_the_largest_rectangle_does_not_overflow() {
        let all = Bounds { left: i32::MIN, top: i32::MIN, right: i32::MAX, bottom: i32::MAX };
        assert!(all.contains(all.center()));
    }

    #[test]
    fn a_region_means_the_same_part_of_every_screen() {
        let top_left = Region { right: 0.5, bottom: 0.2, ..Region::default() };
        let screen = Bounds { left: 0, top: 0, right: 1080, bottom: 2400 };
        assert!(top_left.contains(screen, Point { x: 60, y: 300 }));
        assert!(!top_left.contains(screen, Point { x: 60, y: 900 }));
    }
}
