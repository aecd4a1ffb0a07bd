//! Materials: videos and images of the library, what is said of them, and which of them a task wants. Where their bytes
//! are, and who has taken which, is for others.

use std::fmt;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::names::Username;
use crate::task::task::TaskId;

/// The longest tag, in characters.
const LONGEST_TAG: usize = 50;

/// The number of a material: positive, given by the store, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MaterialId(pub i64);

/// What a material is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MaterialKind {
    /// A video.
    Video,
    /// An image.
    Image,
}

impl MaterialKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Video, Self::Image];

    /// The word that the API uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Image => "image",
        }
    }

    /// The kind that the API's word means, if it is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.text() == text)
    }
}

/// In which form the bytes of a material are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// A video.
    Mp4,
    /// An image.
    Jpeg,
    /// An image.
    Png,
}

impl MediaType {
    /// All that the library takes.
    pub const ALL: [Self; 3] = [Self::Mp4, Self::Jpeg, Self::Png];

    /// The name that HTTP uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// The media type that HTTP's name means, if it is one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media_type| media_type.text() == text)
    }

    /// What files of it end in.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// What it holds.
    #[must_use]
    pub fn kind(self) -> MaterialKind {
        match self {
            Self::Mp4 => MaterialKind::Video,
            Self::Jpeg | Self::Png => MaterialKind::Image,
        }
    }
}

/// A word by which materials are chosen, in lower case: matching ignores case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(String);

/// Why a text is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotATag {
    /// Nothing is left of it without white space.
    #[error("must not be empty")]
    Empty,
    /// A configuration names several tags with commas between them.
    #[error("must not hold a comma: it divides one tag from the next")]
    Comma,
    /// No screen shows it.
    #[error("must not hold a control character")]
    Control,
    /// Nobody types it.
    #[error("is longer than {LONGEST_TAG} characters")]
    TooLong,
}

impl Tag {
    /// Trims and checks `text`.
    ///
    /// # Errors
    /// [`NotATag`].
    pub fn new(text: &str) -> Result<Self, NotATag> {
        let text = text.trim().to_lowercase();
        match () {
            () if text.is_empty() => Err(NotATag::Empty),
            () if text.contains(',') => Err(NotATag::Comma),
            () if text.chars().any(char::is_control) => Err(NotATag::Control),
            () if text.chars().count() > LONGEST_TAG => Err(NotATag::TooLong),
            () => Ok(Self(text)),
        }
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

/// The file of a material, as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialFile {
    /// What its sender calls it: a label for people, never a path.
    pub name: String,
    /// What it is called in the library's folder.
    pub file: String,
    /// What its thumbnail is called there; none if there is no thumbnail.
    pub thumbnail: Option<String>,
    /// What its bytes are, whatever its name says.
    pub media_type: MediaType,
    /// In bytes.
    pub size: u64,
    /// Of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// What people say of a material.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaterialDetails {
    /// The words by which it is chosen, in order and each once.
    pub tags: Vec<Tag>,
    /// Its own caption, a template as tasks have; empty means the task's.
    pub caption: String,
    /// The account that it is meant for; none means any.
    pub username: Option<Username>,
    /// Its place among images that are published together, the lowest first.
    pub sort: i32,
}

/// What is to become different of a material; what is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaterialChange {
    /// Other tags.
    pub tags: Option<Vec<Tag>>,
    /// Another caption.
    pub caption: Option<String>,
    /// Another account, or any.
    pub username: Option<Option<Username>>,
    /// Another place.
    pub sort: Option<i32>,
    /// Used, or free to be published again.
    pub used: Option<bool>,
}

/// Who has a material now, or had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaterialUse {
    /// Nobody: the next task may take it.
    Unused,
    /// A task that is at work.
    Reserved {
        /// The task.
        by: TaskId,
    },
    /// A task that ended after it began to publish it, and did not see it published. It may be public: no task takes it
    /// until a person says whether it is used.
    Unconfirmed {
        /// The task.
        by: TaskId,
    },
    /// It was published, or a person says so.
    Used {
        /// When.
        at: DateTime<Utc>,
        /// The task that published it; none if a person says that it is used.
        by: Option<TaskId>,
    },
}

impl MaterialUse {
    /// The word that the API uses.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Unused => "unused",
            Self::Reserved { .. } => "reserved",
            Self::Unconfirmed { .. } => "unconfirmed",
            Self::Used { .. } => "used",
        }
    }
}

/// A material of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Its number.
    pub id: MaterialId,
    /// Its file.
    pub file: MaterialFile,
    /// What people say of it.
    pub details: MaterialDetails,
    /// Who has it.
    pub usage: MaterialUse,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// When what people say of it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which materials a task wants from the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialWish {
    /// Videos are taken at random, images by their places and then their names.
    pub kind: MaterialKind,
    /// Any of these; none means every material.
    pub tags: Vec<Tag>,
    /// The account that publishes them: what is meant for it comes first, what is meant for another one never.
    pub username: Option<Username>,
    /// How many, all or none; at least 1.
    pub count: u32,
}

/// A file of a folder on the server. One that was replaced by a file of another size is another file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalFile {
    /// Where it is, without symbolic links.
    pub path: String,
    /// In bytes.
    pub size: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_match_whatever_their_case_and_never_hold_what_divides_them() {
        assert_eq!(Tag::new("  Summer Sale ").unwrap().as_str(), "summer sale");
        assert_eq!(Tag::new(" "), Err(NotATag::Empty));
        assert_eq!(Tag::new("a,b"), Err(NotATag::Comma));
        assert_eq!(Tag::new("a\u{0}b"), Err(NotATag::Control));
        assert_eq!(Tag::new(&"x".repeat(51)), Err(NotATag::TooLong));
        assert!(Tag::new(&"ß".repeat(50)).is_ok());
    }

    #[test]
    fn every_name_of_a_kind_or_media_type_reads_as_itself() {
        for kind in MaterialKind::ALL {
            assert_eq!(MaterialKind::from_text(kind.text()), Some(kind));
        }
        for media_type in MediaType::ALL {
            assert_eq!(MediaType::from_text(media_type.text()), Some(media_type));
        }
        assert_eq!(MediaType::from_text("image/gif"), None);
    }
}
