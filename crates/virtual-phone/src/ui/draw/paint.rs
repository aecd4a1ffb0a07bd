//! How a view looks, as data: colours, text sizes, signs and pictures. Drawing it is left to `painter`.

use crate::ui::draw::icon::Icon;

/// A colour with its opacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    /// 0..=255
    pub red: u8,
    /// 0..=255
    pub green: u8,
    /// 0..=255
    pub blue: u8,
    /// 255 covers what is beneath.
    pub alpha: u8,
}

impl Color {
    /// White.
    pub const WHITE: Self = Self::new(255, 255, 255);
    /// Near black, the colour of text on light ground.
    pub const DARK: Self = Self::new(22, 24, 35);

    /// An opaque colour.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue, alpha: 255 }
    }

    /// Reads `#rrggbb` or `#rrggbbaa`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 || digits.len() == 8)?;
        let part = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let alpha = if digits.len() == 8 { part(6)? } else { 255 };
        Some(Self { red: part(0)?, green: part(2)?, blue: part(4)?, alpha })
    }
}

/// How large text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

impl TextSize {
    /// Reads the name that layouts use.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "small" => Self::Small,
            "medium" => Self::Medium,
            "bold" => Self::Bold,
            "large" => Self::Large,
            _ => return None,
        })
    }
}

/// Where text and icons lie in their view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At the left, in the middle between top and bottom.
    #[default]
    Start,
    /// At the top left, as in input fields.
    Top,
    /// In the middle, both ways.
    Center,
}

impl Align {
    /// Reads the name that layouts use.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "start" => Some(Self::Start),
            "top" => Some(Self::Top),
            "center" => Some(Self::Center),
            _ => None,
        }
    }
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
