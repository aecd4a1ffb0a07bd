//! Icons: small drawings of a few strokes.

use embedded_graphics::geometry::Point;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::primitives::{Circle, Line, PrimitiveStyle, Rectangle, StyledDrawable as _, Triangle};
use strum::EnumString;

use crate::ui::bounds::Bounds;
use crate::ui::draw::canvas::Canvas;
use crate::ui::draw::color::Color;

/// The limit of an icon's size.
const MAX_SIZE: i32 = 34;

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Icon {
    /// Like.
    Heart,
    /// Comments.
    Bubble,
    /// Favourites.
    Bookmark,
    /// Share.
    Arrow,
    /// The feed.
    House,
    /// Friends.
    People,
    /// The profile.
    Person,
    /// Messages.
    Inbox,
    /// Create.
    Plus,
    /// Search.
    Lens,
    /// Back.
    Back,
    /// Close.
    Cross,
    /// Sound.
    Note,
    /// Forward.
    Next,
    /// A video.
    Play,
    /// Settings.
    Gear,
    /// Anything else.
    Dot,
}

/// Draws an icon in the middle of a rectangle of the canvas, with some space around it.
pub fn draw(canvas: &mut Canvas, bounds: Bounds, icon: Icon, ink: Color) {
    let (x, y) = bounds.center();
    let pen = Pen { x, y, unit: (bounds.width().min(bounds.height()) * 2 / 3).min(MAX_SIZE), ink };
    match icon {
        Icon::Heart => {
            pen.disc(canvas, (-25, -18), 27);
            pen.disc(canvas, (25, -18), 27);
            pen.area(canvas, [(-51, -8), (51, -8), (0, 50)]);
        }
        Icon::Bubble => {
            pen.disc(canvas, (0, -5), 45);
            pen.area(canvas, [(-35, 20), (0, 35), (-40, 50)]);
        }
        Icon::Bookmark => {
            pen.area(canvas, [(-32, -50), (32, -50), (-32, 50)]);
            pen.area(canvas, [(32, -50), (32, 50), (-32, -50)]);
            pen.area(canvas, [(-32, -10), (32, -10), (0, 25)]);
        }
        Icon::Arrow => {
            pen.area(canvas, [(5, -45), (5, 35), (50, -5)]);
            pen.stroke(canvas, (10, -5), (-45, 35), 22);
        }
        Icon::House => {
            pen.area(canvas, [(-50, 0), (50, 0), (0, -50)]);
            pen.area(canvas, [(-35, 0), (35, 0), (-35, 48)]);
            pen.area(canvas, [(35, 0), (35, 48), (-35, 48)]);
        }
        Icon::Person => pen.person(canvas, 0),
        Icon::People => {
            pen.person(canvas, -22);
            pen.person(canvas, 28);
        }
        Icon::Inbox => {
            pen.frame(canvas, (-45, -38), (45, 30));
            pen.area(canvas, [(-18, 30), (18, 30), (0, 50)]);
            pen.stroke(canvas, (-22, -4), (22, -4), 10);
        }
        Icon::Plus => {
            pen.stroke(canvas, (-40, 0), (40, 0), 16);
            pen.stroke(canvas, (0, -40), (0, 40), 16);
        }
        Icon::Lens => {
            pen.ring(canvas, (-10, -10), 34);
            pen.stroke(canvas, (15, 15), (45, 45), 14);
        }
        Icon::Back => {
            pen.stroke(canvas, (20, -40), (-20, 0), 12);
            pen.stroke(canvas, (-20, 0), (20, 40), 12);
        }
        Icon::Next => {
            pen.stroke(canvas, (-18, -36), (18, 0), 10);
            pen.stroke(canvas, (18, 0), (-18, 36), 10);
        }
        Icon::Cross => {
            pen.stroke(canvas, (-32, -32), (32, 32), 12);
            pen.stroke(canvas, (-32, 32), (32, -32), 12);
        }
        Icon::Note => {
            pen.disc(canvas, (-18, 28), 20);
            pen.stroke(canvas, (-4, 28), (-4, -45), 10);
            pen.stroke(canvas, (-4, -42), (32, -22), 14);
        }
        Icon::Play => pen.area(canvas, [(-28, -42), (-28, 42), (44, 0)]),
        Icon::Gear => {
            for height in [-30, 0, 30] {
                pen.stroke(canvas, (-42, height), (42, height), 12);
            }
        }
        Icon::Dot => pen.ring(canvas, (0, 0), 40),
    }
}

/// Draws in hundredths of the icon's size around its middle.
struct Pen {
    x: i32,
    y: i32,
    unit: i32,
    ink: Color,
}

impl Pen {
    fn at(&self, (x, y): (i32, i32)) -> Point {
        Point::new(self.x + x * self.unit / 100, self.y + y * self.unit / 100)
    }

    fn length(&self, hundredths: i32) -> u32 {
        (hundredths * self.unit / 100).max(1).unsigned_abs()
    }

    fn color(&self) -> Rgb888 {
        Rgb888::new(self.ink.red, self.ink.green, self.ink.blue)
    }

    fn stroke(&self, canvas: &mut Canvas, from: (i32, i32), to: (i32, i32), width: i32) {
        let style = PrimitiveStyle::with_stroke(self.color(), self.length(width));
        let Ok(()) = Line::new(self.at(from), self.at(to)).draw_styled(&style, canvas);
    }

    fn disc(&self, canvas: &mut Canvas, middle: (i32, i32), radius: i32) {
        let circle = Circle::with_center(self.at(middle), self.length(radius * 2));
        let Ok(()) = circle.draw_styled(&PrimitiveStyle::with_fill(self.color()), canvas);
    }

    fn ring(&self, canvas: &mut Canvas, middle: (i32, i32), radius: i32) {
        let circle = Circle::with_center(self.at(middle), self.length(radius * 2));
        let Ok(()) = circle.draw_styled(&PrimitiveStyle::with_stroke(self.color(), self.length(12)), canvas);
    }

    fn frame(&self, canvas: &mut Canvas, corner: (i32, i32), opposite: (i32, i32)) {
        let style = PrimitiveStyle::with_stroke(self.color(), self.length(10));
        let Ok(()) = Rectangle::with_corners(self.at(corner), self.at(opposite)).draw_styled(&style, canvas);
    }

    fn area(&self, canvas: &mut Canvas, corners: [(i32, i32); 3]) {
        let [one, two, three] = corners.map(|corner| self.at(corner));
        let style = PrimitiveStyle::with_fill(self.color());
        let Ok(()) = Triangle::new(one, two, three).draw_styled(&style, canvas);
    }

    fn person(&self, canvas: &mut Canvas, x: i32) {
        self.disc(canvas, (x, -24), 22);
        self.disc(canvas, (x, 26), 24);
        self.area(canvas, [(x - 34, 48), (x + 34, 48), (x, 5)]);
    }
}
