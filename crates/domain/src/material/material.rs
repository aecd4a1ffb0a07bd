//! Materials of the library: videos and images, their details and use, and the queries by which tasks take them.

use std::fmt;

use chrono::{DateTime, Utc};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};
use thiserror::Error;

use crate::account::username::Username;
use crate::names::EmptyName;
use crate::patch::Patch;
use crate::task::task::TaskId;
use crate::text::clean::is_harmless;

/// In characters.
const MAX_TAG_LENGTH: usize = 50;

/// The number of a material: positive, assigned by the database, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MaterialId(pub i64);

/// The kind of a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum MaterialKind {
    /// A video.
    Video,
    /// An image.
    Image,
}

/// The media type of a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
pub enum MediaType {
    /// A video.
    #[strum(serialize = "video/mp4")]
    Mp4,
    /// An image.
    #[strum(serialize = "image/jpeg")]
    Jpeg,
    /// An image.
    #[strum(serialize = "image/png")]
    Png,
}

impl MediaType {
    /// The file name extension.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// The kind of material.
    #[must_use]
    pub fn kind(self) -> MaterialKind {
        match self {
            Self::Mp4 => MaterialKind::Video,
            Self::Jpeg | Self::Png => MaterialKind::Image,
        }
    }
}

/// A tag by which materials are selected and accounts are filtered, in lower case: matching ignores case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(String);

/// The text is not a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidTag {
    /// It is empty or only white space.
    #[error("must not be empty")]
    Empty,
    /// Commas separate the tags of a configuration.
    #[error("must not hold a comma: it divides one tag from the next")]
    Comma,
    /// It could not be shown, or not as what it is.
    #[error("must not hold a control character or one that hides or reorders others")]
    Character,
    /// It has more than the maximum number of characters.
    #[error("is longer than {MAX_TAG_LENGTH} characters")]
    TooLong,
}

impl Tag {
    /// Trims and checks `text`.
    ///
    /// # Errors
    /// [`InvalidTag`].
    pub fn new(text: &str) -> Result<Self, InvalidTag> {
        let text = text.trim().to_lowercase();
        match () {
            () if text.is_empty() => Err(InvalidTag::Empty),
            () if text.contains(',') => Err(InvalidTag::Comma),
            () if !text.chars().all(is_harmless) => Err(InvalidTag::Character),
            () if text.chars().count() > MAX_TAG_LENGTH => Err(InvalidTag::TooLong),
            () => Ok(Self(text)),
        }
    }

    /// Reads a tag that an earlier version stored, whose rule allowed more characters.
    ///
    /// # Errors
    /// [`EmptyName`] if nothing is left without white space.
    pub fn as_found(text: &str) -> Result<Self, EmptyName> {
        let text = text.trim().to_lowercase();
        if text.is_empty() { Err(EmptyName) } else { Ok(Self(text)) }
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The file of a material, as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialFile {
    /// The name that the client gave it: a label, never a path.
    pub name: String,
    /// The file name in the library's folder.
    pub file: String,
    /// The file name of the thumbnail there; `None` if there is none.
    pub thumbnail: Option<String>,
    /// The media type of its content, regardless of its name.
    pub media_type: MediaType,
    /// The size in bytes.
    pub size: u64,
    /// The SHA-256 of its content, in lower-case hexadecimal.
    pub sha256: String,
}

/// The details of a material that users set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaterialDetails {
    /// The tags, sorted and unique.
    pub tags: Vec<Tag>,
    /// The caption, a template as in tasks; empty means the task's.
    pub caption: String,
    /// The account that it is reserved for; `None` means any.
    pub username: Option<Username>,
    /// The position among images that are published together, lowest first.
    pub sort: i32,
}

/// A partial update of a material; a field that is `None` or `Keep` keeps its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaterialChange {
    /// The new tags.
    pub tags: Option<Vec<Tag>>,
    /// The new caption.
    pub caption: Option<String>,
    /// The new account; without one it is for any.
    pub username: Patch<Username>,
    /// The new position.
    pub sort: Option<i32>,
    /// Whether it counts as used, or may be published again.
    pub used: Option<bool>,
}

/// The use of a material by tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MaterialUse {
    /// The next task may take it.
    Unused,
    /// A running task has taken it.
    Reserved {
        /// The task.
        by: TaskId,
    },
    /// A task ended after it began to publish it, and could not confirm the publication. It may be public, so no task
    /// takes it until a user sets whether it is used.
    Unconfirmed {
        /// The task.
        by: TaskId,
    },
    /// It was published, or a user set it as used.
    Used {
        /// The time.
        at: DateTime<Utc>,
        /// The task that published it; `None` if a user set it as used.
        by: Option<TaskId>,
    },
}

impl MaterialUse {
    /// The text that the API uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A material of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// The number.
    pub id: MaterialId,
    /// The file.
    pub file: MaterialFile,
    /// The details.
    pub details: MaterialDetails,
    /// The use.
    pub usage: MaterialUse,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// When its details last changed.
    pub updated_at: DateTime<Utc>,
}

/// The materials that a task requests from the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialQuery {
    /// Videos are selected at random, images by position and then by name.
    pub kind: MaterialKind,
    /// Materials with any of these tags; if empty, all materials.
    pub tags: Vec<Tag>,
    /// The account that publishes them: materials reserved for it come first, those of other accounts are excluded.
    pub username: Option<Username>,
    /// The exact number of materials, at least 1.
    pub count: u32,
}

/// A file of a folder on the server. A file that is replaced by one of another size counts as a new file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalFile {
    /// The path, without symbolic links.
    pub path: String,
    /// The size in bytes.
    pub size: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_ignore_case_and_contain_no_separator() {
        assert_eq!(Tag::new("  Summer Sale ").unwrap().as_str(), "summer sale");
        assert_eq!(Tag::new(" "), Err(InvalidTag::Empty));
        assert_eq!(Tag::new("a,b"), Err(InvalidTag::Comma));
        for hidden in ["a\u{0}b", "a\u{202e}b", "a\u{200b}", "\u{2066}a"] {
            assert_eq!(Tag::new(hidden), Err(InvalidTag::Character), "{hidden:?}");
            assert_eq!(Tag::as_found(hidden).unwrap().as_str(), hidden, "an earlier version stored it");
        }
        assert_eq!(Tag::new(&"x".repeat(51)), Err(InvalidTag::TooLong));
        assert!(Tag::new(&"ß".repeat(50)).is_ok());
    }
}
