//! A canvas of half the screen's size, doubled at the end: fast without optimisation, and suitable for the bitmap
//! fonts.

use std::convert::Infallible;

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};

use crate::ui::bounds::Bounds;
use crate::ui::draw::color::Color;
use crate::ui::draw::frame::Frame;
use crate::ui::{SCREEN_HEIGHT, SCREEN_WIDTH};

/// Columns of the picture drawn on.
pub const WIDTH: i32 = SCREEN_WIDTH / 2;
/// Rows of the picture drawn on.
pub const HEIGHT: i32 = SCREEN_HEIGHT / 2;

const COLUMNS: usize = WIDTH as usize;
const ROWS: usize = HEIGHT as usize;

/// A picture that is drawn. Its pixels are two screen pixels wide and high.
#[derive(Debug)]
pub struct Canvas {
    /// Rows of red, green, blue, alpha.
    pixels: Vec<[u8; 4]>,
    clip: Bounds,
}

impl Default for Canvas {
    fn default() -> Self {
        Self::new()
    }
}

impl Canvas {
    /// All black.
    pub fn new() -> Self {
        Self { pixels: vec![[0, 0, 0, 255]; COLUMNS * ROWS], clip: Bounds::new(0, 0, WIDTH, HEIGHT) }
    }

    /// Clips to this rectangle while `draw` runs.
    pub fn clipped(&mut self, clip: Bounds, draw: impl FnOnce(&mut Self)) {
        let before = self.clip;
        self.clip = before.intersection(&clip);
        draw(self);
        self.clip = before;
    }

    /// Fills a rectangle with round corners of this radius.
    pub fn fill(&mut self, bounds: Bounds, radius: i32, color: Color) {
        self.shade(bounds, radius, &|_| color);
    }

    /// Fills a rectangle with a colour that depends on the row.
    pub fn shade(&mut self, bounds: Bounds, radius: i32, color_of: &dyn Fn(i32) -> Color) {
        let radius = radius.min(bounds.width() / 2).min(bounds.height() / 2);
        for y in bounds.top.max(self.clip.top)..bounds.bottom.min(self.clip.bottom) {
            let from_edge = (y - bounds.top).min(bounds.bottom - 1 - y);
            let inset = if from_edge < radius { corner_inset(radius, radius - from_edge) } else { 0 };
            self.fill_row(y, bounds.left + inset, bounds.right - inset, color_of(y));
        }
    }

    /// Darkens everything drawn so far, as a modal window does.
    pub fn dim(&mut self) {
        for pixel in &mut self.pixels {
            let [red, green, blue, alpha] = *pixel;
            *pixel = [red / 2, green / 2, blue / 2, alpha];
        }
    }

    /// The finished picture, at the size of the screen.
    pub fn into_frame(self) -> Frame {
        let mut rgba = Vec::with_capacity(COLUMNS * ROWS * 16);
        let mut doubled = [[0_u8; 4]; COLUMNS * 2];
        let mut last: &[[u8; 4]] = &[];
        for pixels in self.pixels.chunks_exact(COLUMNS) {
            // Most rows equal the one above them.
            if pixels.as_flattened() != last.as_flattened() {
                for (pair, pixel) in doubled.chunks_exact_mut(2).zip(pixels) {
                    pair.fill(*pixel);
                }
                last = pixels;
            }
            rgba.extend_from_slice(doubled.as_flattened());
            rgba.extend_from_slice(doubled.as_flattened());
        }
        Frame { width: SCREEN_WIDTH.unsigned_abs(), height: SCREEN_HEIGHT.unsigned_abs(), rgba }
    }

    fn fill_row(&mut self, y: i32, left: i32, right: i32, color: Color) {
        let (left, right) = (left.max(self.clip.left), right.min(self.clip.right));
        let Some(row) = self.row(y, left, right) else {
            return;
        };
        if color.alpha == 255 {
            row.fill([color.red, color.green, color.blue, 255]);
        } else {
            for pixel in row {
                *pixel = blend(*pixel, color);
            }
        }
    }

    fn row(&mut self, y: i32, left: i32, right: i32) -> Option<&mut [[u8; 4]]> {
        let (y, left, right) =
            (usize::try_from(y).ok()?, usize::try_from(left).ok()?, usize::try_from(right).ok()?);
        self.pixels.get_mut(y * COLUMNS + left..y * COLUMNS + right)
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(WIDTH.unsigned_abs(), HEIGHT.unsigned_abs())
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(Point { x, y }, color) in pixels {
            if self.clip.contains(x, y) {
                let color = Color::new(color.r(), color.g(), color.b());
                self.fill_row(y, x, x + 1, color);
            }
        }
        Ok(())
    }
}

/// How far a round corner of this radius is cut in, this many rows from the straight part.
fn corner_inset(radius: i32, rows: i32) -> i32 {
    let reach =
        (0..=radius).rev().find(|reach| reach * reach + rows * rows <= radius * radius).unwrap_or_default();
    radius - reach
}

fn blend(below: [u8; 4], above: Color) -> [u8; 4] {
    let mix = |below: u8, above: u8, alpha: u8| {
        let sum = u16::from(below) * u16::from(255 - alpha) + u16::from(above) * u16::from(alpha);
        u8::try_from(sum / 255).unwrap_or(u8::MAX)
    };
    let [red, green, blue, _] = below;
    [
        mix(red, above.red, above.alpha),
        mix(green, above.green, above.alpha),
        mix(blue, above.blue, above.alpha),
        255,
    ]
}
