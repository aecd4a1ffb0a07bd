//! How a view looks, as data: colours, text sizes, signs and pictures. Drawing it is left to `painter`.

use strum::EnumString;

use crate::ui::draw::color::Color;
use crate::ui::draw::icon::Icon;

/// How large text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum TextSize {
    /// Notes, labels of icons.
    Small,
    /// Everything else.
    #[default]
    Medium,
    /// Names, buttons.
    Bold,
    /// Titles.
    Large,
}

/// Where text and icons lie in their view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Align {
    /// At the left, in the middle between top and bottom.
    #[default]
    Start,
    /// At the top left, as in input fields.
    Top,
    /// In the middle, both ways.
    Center,
}

/// A picture made up from a few bytes, so that the same thing always looks the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// A moving scene.
    Video(u32),
    /// The still of one.
    Still(u32),
    /// A round face.
    Avatar(u32),
}

impl Picture {
    /// Reads `kind:anything`; what follows the kind decides the colours.
    pub fn named(text: &str) -> Self {
        let (kind, name) = text.split_once(':').unwrap_or(("still", text));
        let seed = name
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        match kind {
            "video" => Self::Video(seed),
            "avatar" => Self::Avatar(seed),
            _ => Self::Still(seed),
        }
    }
}

/// The looks of a view.
#[derive(Debug, Clone, Default)]
pub struct Paint {
    /// Its ground.
    pub fill: Option<Color>,
    /// How round its corners are, in pixels.
    pub radius: i32,
    /// The colour of text and icon; dark when none.
    pub ink: Option<Color>,
    /// The size of its text.
    pub size: TextSize,
    /// Where its text lies.
    pub align: Align,
    /// A sign drawn in it.
    pub icon: Option<Icon>,
    /// A picture that fills it.
    pub picture: Option<Picture>,
}
