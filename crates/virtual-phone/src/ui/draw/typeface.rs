//! Text in bitmap fonts, wrapped into a rectangle; characters that the fonts lack are boxes.
//! The fonts (Latin, Cyrillic, Greek) come with `embedded-graphics` and are in the public domain.

use embedded_graphics::Drawable as _;
use embedded_graphics::geometry::Point;
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::mono_font::{iso_8859_1, iso_8859_2, iso_8859_5, iso_8859_7};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::text::{Baseline, Text};
use unicode_segmentation::UnicodeSegmentation;

use crate::ui::bounds::Bounds;
use crate::ui::draw::canvas::Canvas;
use crate::ui::draw::color::Color;
use crate::ui::draw::paint::{Align, TextSize};

/// More than fit the screen in the smallest letters.
const MAX_CHARACTERS: usize = 8000;

static SMALL: [&MonoFont<'static>; 4] =
    [&iso_8859_1::FONT_7X13, &iso_8859_2::FONT_7X13, &iso_8859_5::FONT_7X13, &iso_8859_7::FONT_7X13];
static MEDIUM: [&MonoFont<'static>; 4] =
    [&iso_8859_1::FONT_9X18, &iso_8859_2::FONT_9X18, &iso_8859_5::FONT_9X18, &iso_8859_7::FONT_9X18];
static BOLD: [&MonoFont<'static>; 4] = [
    &iso_8859_1::FONT_9X18_BOLD,
    &iso_8859_2::FONT_9X18_BOLD,
    &iso_8859_5::FONT_9X18_BOLD,
    &iso_8859_7::FONT_9X18_BOLD,
];
static LARGE: [&MonoFont<'static>; 4] =
    [&iso_8859_1::FONT_10X20, &iso_8859_2::FONT_10X20, &iso_8859_5::FONT_10X20, &iso_8859_7::FONT_10X20];

/// Writes a text into a rectangle of the canvas, wrapped at words, cut off where it does not fit.
pub fn write(canvas: &mut Canvas, bounds: Bounds, text: &str, size: TextSize, align: Align, ink: Color) {
    let fonts = fonts(size);
    let (cell_width, cell_height) = cell(fonts);
    let rows = usize::try_from(bounds.height() / cell_height).unwrap_or_default().max(1);
    // The layouts are measured for a narrower font: a text of one line stays on one line.
    let width = if rows == 1 { bounds.width() * 6 / 5 } else { bounds.width() };
    let columns = usize::try_from(width / cell_width).unwrap_or_default().max(1);
    let lines = wrapped(beginning(text), columns);
    let lines = lines.get(..rows.min(lines.len())).unwrap_or_default();
    let height = i32::try_from(lines.len()).unwrap_or_default() * cell_height;
    // A single line may exceed a low view, as descenders do.
    let top = match align {
        Align::Center | Align::Start => bounds.top + (bounds.height() - height) / 2,
        Align::Top => bounds.top + ((bounds.height() - height) / 2).min(0),
    };
    for (line, row) in lines.iter().zip(0..) {
        let length = i32::try_from(line.len()).unwrap_or_default();
        let left = match align {
            Align::Center => bounds.left + (bounds.width() - length * cell_width) / 2,
            Align::Start | Align::Top => bounds.left,
        };
        for (letter, column) in line.iter().zip(0..length) {
            let place = Point::new(left + column * cell_width, top + row * cell_height);
            write_letter(canvas, fonts, letter, place, ink);
        }
    }
}

fn fonts(size: TextSize) -> &'static [&'static MonoFont<'static>; 4] {
    match size {
        TextSize::Small => &SMALL,
        TextSize::Medium => &MEDIUM,
        TextSize::Bold => &BOLD,
        TextSize::Large => &LARGE,
    }
}

fn cell(fonts: &[&'static MonoFont<'static>; 4]) -> (i32, i32) {
    let [font, ..] = fonts;
    let size = font.character_size;
    (i32::try_from(size.width).unwrap_or(9), i32::try_from(size.height).unwrap_or(18))
}

/// The part of a text that can fit a screen, so that a frame stays fast for any text.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(MAX_CHARACTERS).map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}

/// Wraps a text into lines of graphemes.
fn wrapped(text: &str, columns: usize) -> Vec<Vec<&str>> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line: Vec<&str> = Vec::new();
        for word in paragraph.split_inclusive(' ') {
            let letters: Vec<&str> = word.graphemes(true).collect();
            if !line.is_empty() && line.len() + letters.len() > columns + usize::from(word.ends_with(' ')) {
                lines.push(std::mem::take(&mut line));
            }
            for letter in letters {
                if line.len() == columns && letter != " " {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(letter);
            }
        }
        while line.last() == Some(&" ") {
            line.pop();
        }
        lines.push(line);
    }
    lines
}

fn write_letter(
    canvas: &mut Canvas,
    fonts: &[&'static MonoFont<'static>; 4],
    letter: &str,
    place: Point,
    ink: Color,
) {
    let letter = match letter {
        "’" | "‘" => "'",
        "“" | "”" => "\"",
        "–" | "—" => "-",
        other => other,
    };
    let has = |font: &&&MonoFont<'static>| {
        let mut characters = letter.chars();
        let Some((character, None)) = characters.next().map(|first| (first, characters.next())) else {
            return false;
        };
        character == '?' || font.glyph_mapping.index(character) != font.glyph_mapping.index('\u{FFFF}')
    };
    if let Some(font) = fonts.iter().find(has) {
        let style = MonoTextStyle::new(font, Rgb888::new(ink.red, ink.green, ink.blue));
        let Ok(_) = Text::with_baseline(letter, place, style, Baseline::Top).draw(canvas);
    } else {
        let (width, height) = cell(fonts);
        let outer = Bounds::new(place.x + 1, place.y + 3, place.x + width - 1, place.y + height - 3);
        for side in [
            Bounds { bottom: outer.top + 1, ..outer },
            Bounds { top: outer.bottom - 1, ..outer },
            Bounds { right: outer.left + 1, ..outer },
            Bounds { left: outer.right - 1, ..outer },
        ] {
            canvas.fill(side, 0, ink);
        }
    }
}
