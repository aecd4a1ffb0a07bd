//! Colours.

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
