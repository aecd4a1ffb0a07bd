//! The oracle's report of what the apps of a phone have published.
//!
//! A `caption` is the description letter for letter; when a title was typed too, it is title, line break,
//! description.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

/// By the app's id, such as `tiktok`.
pub type AppsReport = BTreeMap<String, AppReport>;

/// One app's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppReport {
    /// The accounts signed in, the current one first.
    pub accounts: Vec<AccountReport>,
}

/// One account's posts and follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountReport {
    /// Without `@`.
    pub username: String,
    /// Published posts, oldest first.
    pub posts: Vec<Post>,
    /// The users it follows, in the order in which it followed them.
    pub following: Vec<String>,
    /// The private users to whom it sent a request to follow, in that order.
    pub requested: Vec<String>,
}

/// One published post: exactly one for each tap on Post whose upload ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Post {
    /// The typed text, letter for letter; see the module for titles.
    pub caption: String,
    /// SHA-256 of the published file, lower-case hex; of several images, of the first.
    pub media_sha256: String,
    /// SHA-256 of each published image, in the order of the post. Empty for a video.
    pub images: Vec<String>,
    /// The sound's name. `None` when it was removed.
    pub sound: Option<String>,
    /// What it carries besides.
    #[serde(flatten)]
    pub settings: PostSettings,
    /// Where it was published.
    pub placement: Placement,
    /// The instant at which its upload ended.
    #[serde(serialize_with = "rfc3339")]
    pub published_at: DateTime<Utc>,
}

/// What a post carries beside its media, its caption and its sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PostSettings {
    /// Who can see it.
    pub visibility: Visibility,
    /// Whether it has the app's label for AI-generated content.
    pub ai_label: bool,
    /// The product that it links.
    pub product: Option<String>,
    /// The volume of the media's own sound, 0 to 100.
    pub origin_sound_volume: u32,
    /// The volume of the added sound, 0 to 100.
    pub add_sound_volume: u32,
}

impl Default for PostSettings {
    fn default() -> Self {
        Self {
            visibility: Visibility::Public,
            ai_label: false,
            product: None,
            origin_sound_volume: 50,
            add_sound_volume: 50,
        }
    }
}

/// Who can see a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everyone.
    Public,
    /// The account's friends.
    Friends,
    /// The account alone.
    Private,
}

/// Where a post shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// The feed and the profile.
    Feed,
    /// The story of the day, not on the profile.
    Story,
}

fn rfc3339<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
}
