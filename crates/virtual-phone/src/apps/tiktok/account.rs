//! The account: its posts, its drafts, the uploads on their way, and whom it follows. The part of the app that the report is made of.

use chrono::{DateTime, TimeDelta, Utc};

use super::users::Follows;
use crate::ui::intent::MediaItem;
use crate::ui::report::{AccountReport, Placement, Post};

/// How long an upload takes unless a fault says otherwise.
pub(super) const UPLOAD_TIME: TimeDelta = TimeDelta::seconds(3);
/// Height of a row of the profile's grid.
pub(super) const GRID_ROW: i32 = 480;
/// Posts beside each other in the grid.
pub(super) const GRID_COLUMNS: usize = 3;

/// A video on its way from the editor to Post.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) media: MediaItem,
    pub(super) sound: Option<String>,
    pub(super) title: String,
    pub(super) description: String,
}

impl Draft {
    /// With the sound that the app chooses: the video's own.
    pub(super) fn new(media: MediaItem, username: &str) -> Self {
        let sound = Some(format!("original sound - {username}"));
        Self { media, sound, title: String::new(), description: String::new() }
    }

    /// As the report shows it.
    fn caption(&self) -> String {
        if self.title.is_empty() {
            self.description.clone()
        } else {
            format!("{}\n{}", self.title, self.description)
        }
    }
}

#[derive(Debug)]
struct Upload {
    draft: Draft,
    placement: Placement,
    began: DateTime<Utc>,
    takes: TimeDelta,
}

/// The account signed in.
#[derive(Debug)]
pub(super) struct Account {
    username: String,
    posts: Vec<Post>,
    drafts: Vec<Draft>,
    uploads: Vec<Upload>,
    upload_time: TimeDelta,
    pub(super) follows: Follows,
}

impl Account {
    pub(super) fn new(username: &str) -> Self {
        Self {
            username: username.to_owned(),
            posts: Vec::new(),
            drafts: Vec::new(),
            uploads: Vec::new(),
            upload_time: UPLOAD_TIME,
            follows: Follows::default(),
        }
    }

    pub(super) fn username(&self) -> &str {
        &self.username
    }

    /// Begins an upload: its post appears when it has ended.
    pub(super) fn upload(&mut self, draft: Draft, placement: Placement, now: DateTime<Utc>) {
        self.uploads.push(Upload { draft, placement, began: now, takes: self.upload_time });
    }

    /// Publishes what has been uploaded by now, each at the instant at which its upload ended.
    pub(super) fn advance(&mut self, now: DateTime<Utc>) {
        let ended = self.uploads.extract_if(.., |upload| upload.began + upload.takes <= now);
        let mut posts: Vec<Post> = ended
            .map(|upload| Post {
                caption: upload.draft.caption(),
                media_sha256: upload.draft.media.sha256,
                sound: upload.draft.sound,
                placement: upload.placement,
                published_at: upload.began + upload.takes,
            })
            .collect();
        posts.sort_by_key(|post| post.published_at);
        self.posts.append(&mut posts);
    }

    /// The media of the upload that began last, and how much of it is done, in percent.
    pub(super) fn upload_progress(&self, now: DateTime<Utc>) -> Option<(&str, i64)> {
        let upload = self.uploads.last()?;
        let takes = upload.takes.num_milliseconds().max(1);
        let percent = (now - upload.began).num_milliseconds().saturating_mul(100) / takes;
        Some((&upload.draft.media.sha256, percent.clamp(0, 100)))
    }

    /// The process died: what was not uploaded is a draft again.
    pub(super) fn abandon_uploads(&mut self) {
        self.drafts.extend(self.uploads.drain(..).map(|upload| upload.draft));
    }

    /// Keeps a draft for later.
    pub(super) fn keep(&mut self, draft: Option<Draft>) {
        self.drafts.extend(draft);
    }

    pub(super) fn draft_count(&self) -> usize {
        self.drafts.len()
    }

    /// For uploads that begin from now on.
    pub(super) fn set_upload_time(&mut self, time: TimeDelta) {
        self.upload_time = time;
    }

    /// Posts on the profile with their indexes, newest first.
    pub(super) fn profile_posts(&self) -> impl Iterator<Item = (usize, &Post)> {
        self.posts.iter().enumerate().rev().filter(|(_, post)| post.placement == Placement::Feed)
    }

    /// The post of this index.
    pub(super) fn post(&self, index: usize) -> Option<&Post> {
        self.posts.get(index)
    }

    /// How far the profile's grid can be pushed up, in pixels.
    pub(super) fn highest_scroll(&self) -> i32 {
        let cells = self.profile_posts().count() + usize::from(!self.drafts.is_empty());
        let rows = i32::try_from(cells.div_ceil(GRID_COLUMNS)).unwrap_or(i32::MAX);
        (rows - 1).max(0).saturating_mul(GRID_ROW)
    }

    pub(super) fn report(&self) -> AccountReport {
        AccountReport {
            username: self.username.clone(),
            posts: self.posts.clone(),
            following: self.follows.following().to_vec(),
            requested: self.follows.requested().to_vec(),
        }
    }
}
