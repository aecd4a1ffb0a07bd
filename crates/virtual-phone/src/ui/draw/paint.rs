//! The paint of a view, as data: colours, text sizes, icons and pictures.

use strum::EnumString;

use crate::ui::draw::color::Color;
use crate::ui::draw::icon::Icon;

/// The size of text.
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

/// The alignment of text and icons in their view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Align {
    /// At the left, in the middle between top and bottom.
    #[default]
    Start,
    /// At the top left, as in input fields.
    Top,
    /// In the middle, horizontally and vertically.
    Center,
}

/// A picture generated from a seed.
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
    /// Parses `kind:name`; the name is the seed of the colours.
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

/// The paint of a view.
#[derive(Debug, Clone, Default)]
pub struct Paint {
    /// Its background.
    pub fill: Option<Color>,
    /// The radius of its corners, in pixels.
    pub radius: i32,
    /// The colour of text and icon. Default: dark.
    pub ink: Option<Color>,
    /// The size of its text.
    pub size: TextSize,
    /// The alignment of its text.
    pub align: Align,
    /// An icon drawn in it.
    pub icon: Option<Icon>,
    /// A picture that fills it.
    pub picture: Option<Picture>,
}
