//! The signs that stand for actions: small drawings of a few strokes.

/// A sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Leads to more.
    Next,
    /// A video.
    Play,
    /// Settings.
    Gear,
    /// Anything else.
    Dot,
}

impl Icon {
    /// Reads the name that layouts use.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "heart" => Self::Heart,
            "bubble" => Self::Bubble,
            "bookmark" => Self::Bookmark,
            "arrow" => Self::Arrow,
            "house" => Self::House,
            "people" => Self::People,
            "person" => Self::Person,
            "inbox" => Self::Inbox,
            "plus" => Self::Plus,
            "lens" => Self::Lens,
            "back" => Self::Back,
            "cross" => Self::Cross,
            "note" => Self::Note,
            "next" => Self::Next,
            "play" => Self::Play,
            "gear" => Self::Gear,
            "dot" => Self::Dot,
            _ => return None,
        })
    }
}
