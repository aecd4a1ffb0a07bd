//! Drawing windows, recognisable for people.

use chrono::{DateTime, Utc};

use crate::ui::app::Scene;
use crate::ui::bounds::Bounds;
use crate::ui::draw::canvas::{Canvas, HEIGHT, WIDTH};
use crate::ui::draw::color::Color;
use crate::ui::draw::frame::Frame;
use crate::ui::draw::paint::{Align, Picture, TextSize};
use crate::ui::draw::{icon, typeface};
use crate::ui::view::View;

const BLACK: Color = Color::new(0, 0, 0);

/// Draws `top`, over `behind` dimmed when there is such a window, and the keyboard from the given row of the screen.
pub fn draw(behind: Option<&Scene>, top: &Scene, now: DateTime<Utc>, keyboard: Option<i32>) -> Frame {
    let mut canvas = Canvas::new();
    if let Some(behind) = behind {
        draw_view(&mut canvas, &behind.root, now);
        canvas.dim();
    }
    draw_view(&mut canvas, &top.root, now);
    if let Some(row) = keyboard {
        draw_keyboard(&mut canvas, row / 2);
    }
    draw_system_bars(&mut canvas, now);
    canvas.into_frame()
}

/// Draws a display that is off.
pub fn draw_off() -> Frame {
    Canvas::new().into_frame()
}

fn draw_view(canvas: &mut Canvas, view: &View, now: DateTime<Utc>) {
    if !view.visible {
        return;
    }
    let bounds = half(view.bounds);
    let paint = &view.paint;
    if let Some(fill) = paint.fill {
        canvas.fill(bounds, paint.radius / 2, fill);
    }
    if let Some(picture) = paint.picture {
        draw_picture(canvas, bounds, paint.radius / 2, picture, now);
    }
    for child in view.children.iter().filter(|child| child.beneath) {
        draw_view(canvas, child, now);
    }
    // Translucent icons and letters are over video only, which is dark.
    let ink = paint.ink.map_or(Color::DARK, |ink| mix(BLACK, ink, ink.alpha));
    if let Some(icon) = paint.icon {
        icon::draw(canvas, bounds, icon, ink);
    }
    draw_text(canvas, view, bounds, ink);
    for child in view.children.iter().filter(|child| !child.beneath) {
        draw_view(canvas, child, now);
    }
}

fn draw_text(canvas: &mut Canvas, view: &View, bounds: Bounds, ink: Color) {
    let paint = &view.paint;
    let is_hint = view.field.is_some() && view.text.is_empty();
    let faded = is_hint || !view.flags.enabled;
    let ink = if faded { Color::new(150, 151, 158) } else { ink };
    let text = view.shown_text();
    if !text.is_empty() {
        let align = if view.field.is_some() { Align::Top } else { paint.align };
        typeface::write(canvas, bounds, text, paint.size, align, ink);
    }
    if view.flags.focused {
        let line = Bounds { top: bounds.bottom - 1, bottom: bounds.bottom + 1, ..bounds };
        canvas.fill(line, 0, Color::new(254, 44, 85));
    }
}

fn draw_picture(canvas: &mut Canvas, bounds: Bounds, radius: i32, picture: Picture, now: DateTime<Utc>) {
    match picture {
        Picture::Avatar(seed) => {
            let [upper, lower] = colours(seed, 90);
            let (x, _) = bounds.center();
            let (width, height) = (bounds.width(), bounds.height());
            disc(canvas, bounds.center(), width.min(height) / 2, lower);
            disc(canvas, (x, bounds.top + height * 2 / 5), width / 6, upper);
            disc(canvas, (x, bounds.top + height * 3 / 4), width / 5, upper);
        }
        Picture::Still(seed) => scenery(canvas, bounds, radius, seed, None),
        Picture::Video(seed) => {
            let travel = i64::from(WIDTH) * 2;
            let shift = (now.timestamp_millis() / 20).rem_euclid(travel);
            scenery(canvas, bounds, radius, seed, i32::try_from(shift).ok());
        }
    }
}

/// Draws an evening sky, a sun and two hills in generated colours; in a video darker, and with a moving sun.
fn scenery(canvas: &mut Canvas, bounds: Bounds, radius: i32, seed: u32, shift: Option<i32>) {
    let [mut upper, mut lower] = colours(seed, 45);
    if shift.is_some() {
        [upper, lower] = [upper, lower].map(|color| mix(color, BLACK, 120));
    }
    let height = bounds.height().max(1);
    canvas.clipped(bounds, |canvas| {
        canvas.shade(bounds, radius, &|y| {
            // Steps of four rows: a finer gradient is not visible.
            let share = ((y - bounds.top) / 4 * 4 * 255 / height).clamp(0, 255);
            mix(upper, lower, u8::try_from(share).unwrap_or(u8::MAX))
        });
        let start = i32::try_from(seed >> 8 & 0xff).unwrap_or_default() * bounds.width() / 256;
        let path = bounds.width() + bounds.width() / 2;
        let moved = |shift| (start + shift * path / (WIDTH * 2)) % path - bounds.width() / 4;
        let sun = bounds.left + shift.map_or(start, moved);
        let pale = mix(upper, Color::WHITE, 150);
        disc(canvas, (sun, bounds.top + height * 2 / 5), bounds.width() / 7, pale);
        let dark = mix(lower, BLACK, 110);
        let side = i32::try_from(seed >> 16 & 0x3f).unwrap_or_default() * bounds.width() / 128;
        let size = bounds.width() * 3 / 5;
        disc(canvas, (bounds.left + side, bounds.bottom + size / 4), size, dark);
        let darker = mix(dark, BLACK, 90);
        disc(canvas, (bounds.right - side / 2, bounds.bottom + size / 3), size, darker);
    });
}

fn disc(canvas: &mut Canvas, middle: (i32, i32), radius: i32, color: Color) {
    let bounds = Bounds::new(middle.0 - radius, middle.1 - radius, middle.0 + radius, middle.1 + radius);
    canvas.fill(bounds, radius, color);
}

/// Generates two matching colours from a seed; the second is darker by `darkness`.
fn colours(seed: u32, darkness: u8) -> [Color; 2] {
    let [one, two, three, four] = seed.to_le_bytes();
    let upper = Color::new(one / 2 + 70, two / 2 + 40, three / 2 + 90);
    let lower = Color::new(four / 2 + 60, one / 3 + 50, two / 2 + 60);
    let darker = |color: Color| {
        Color::new(
            color.red.saturating_sub(darkness),
            color.green.saturating_sub(darkness),
            color.blue.saturating_sub(darkness),
        )
    };
    [upper, darker(lower)]
}

fn mix(one: Color, other: Color, share: u8) -> Color {
    let part = |one: u8, other: u8| {
        let sum = u16::from(one) * u16::from(255 - share) + u16::from(other) * u16::from(share);
        u8::try_from(sum / 255).unwrap_or(u8::MAX)
    };
    Color::new(part(one.red, other.red), part(one.green, other.green), part(one.blue, other.blue))
}

fn draw_keyboard(canvas: &mut Canvas, top: i32) {
    canvas.fill(Bounds::new(0, top, WIDTH, HEIGHT - 31), 0, Color::new(222, 225, 232));
    for (letters, row) in ["qwertyuiop", "asdfghjkl", "zxcvbnm"].iter().zip(0..) {
        let count = i32::try_from(letters.len()).unwrap_or_default();
        let left = (WIDTH - count * 53) / 2;
        for (at, column) in (0..letters.len()).zip(0..) {
            let x = left + column * 53;
            let key = Bounds::new(x + 3, top + 50 + row * 80, x + 50, top + 116 + row * 80);
            canvas.fill(key, 6, Color::WHITE);
            let letter = letters.get(at..=at).unwrap_or_default();
            typeface::write(canvas, key, letter, TextSize::Large, Align::Center, Color::DARK);
        }
    }
    canvas.fill(Bounds::new(120, top + 292, WIDTH - 120, top + 356), 6, Color::WHITE);
}

/// The clock at the top and the gesture line at the bottom.
fn draw_system_bars(canvas: &mut Canvas, now: DateTime<Utc>) {
    let ink = Color::new(128, 130, 138);
    let clock = now.format("%H:%M").to_string();
    typeface::write(canvas, Bounds::new(24, 18, 120, 40), &clock, TextSize::Bold, Align::Start, ink);
    canvas.fill(Bounds::new(WIDTH - 48, 22, WIDTH - 20, 36), 3, ink);
    canvas.fill(Bounds::new(WIDTH / 2 - 60, HEIGHT - 14, WIDTH / 2 + 60, HEIGHT - 10), 2, ink);
}

fn half(bounds: Bounds) -> Bounds {
    Bounds::new(bounds.left / 2, bounds.top / 2, bounds.right / 2, bounds.bottom / 2)
}
