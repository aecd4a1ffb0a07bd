//! An account: its posts, its drafts, its uploads, and the users it follows. The report of an app is made of it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::apps::social::users::Follows;
use crate::ui::fault::UploadEnd;
use crate::ui::intent::MediaItem;
use crate::ui::report::{AccountReport, Placement, Post, PostSettings};
use crate::ui::window::text_input::TextInput;

/// How long an upload takes unless a fault says otherwise.
const UPLOAD_TIME: TimeDelta = TimeDelta::seconds(3);
/// The song that the app adds to images.
const SUGGESTED_SOUND: &str = "Sample Song - Sample Artist";
/// In UTF-16 units, as the app counts.
const LONGEST_DESCRIPTION: usize = 2200;

/// A video, or images, between the editor and Post.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The video, or the first image.
    pub(crate) media: MediaItem,
    /// All images in their order; empty for a video.
    pub(crate) images: Vec<MediaItem>,
    pub(crate) sound: Option<String>,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) settings: PostSettings,
}

impl Draft {
    /// A draft with the sound that the app chooses: the video's own.
    pub(crate) fn new(media: MediaItem, username: &str) -> Self {
        let sound = Some(format!("original sound - {username}"));
        Self {
            media,
            images: Vec::new(),
            sound,
            title: String::new(),
            description: String::new(),
            settings: PostSettings::default(),
        }
    }

    /// A draft of these images, to which the app has added a song. `None` without an image.
    pub(crate) fn of_images(images: Vec<MediaItem>) -> Option<Self> {
        let media = images.first()?.clone();
        let sound = Some(SUGGESTED_SOUND.to_owned());
        Some(Self {
            media,
            images,
            sound,
            title: String::new(),
            description: String::new(),
            settings: PostSettings::default(),
        })
    }

    /// The input field of this name.
    pub(crate) fn field(&mut self, name: &str) -> Option<TextInput<'_>> {
        match name {
            "title" => Some(TextInput::new(&mut self.title)),
            "description" => Some(TextInput::limited(&mut self.description, LONGEST_DESCRIPTION)),
            _ => None,
        }
    }

    /// The caption as the report shows it.
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
    /// How it ends, if not with a post.
    end: Option<UploadEnd>,
}

/// The account signed in.
#[derive(Debug)]
pub(crate) struct Account {
    username: String,
    posts: Vec<Post>,
    drafts: Vec<Draft>,
    uploads: Vec<Upload>,
    upload_time: TimeDelta,
    upload_end: Option<UploadEnd>,
    pub(crate) follows: Follows,
}

impl Account {
    pub(crate) fn new(username: &str) -> Self {
        Self {
            username: username.to_owned(),
            posts: Vec::new(),
            drafts: Vec::new(),
            uploads: Vec::new(),
            upload_time: UPLOAD_TIME,
            upload_end: None,
            follows: Follows::default(),
        }
    }

    pub(crate) fn username(&self) -> &str {
        &self.username
    }

    /// Begins an upload. Its post appears when the upload has ended.
    pub(crate) fn upload(&mut self, draft: Draft, placement: Placement, now: DateTime<Utc>) {
        self.uploads.push(Upload {
            draft,
            placement,
            began: now,
            takes: self.upload_time,
            end: self.upload_end,
        });
    }

    /// Publishes the posts whose uploads have ended by now, each at the instant at which its upload ended. Returns how the
    /// uploads ended that led to no post; each is a draft again.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>) -> Vec<UploadEnd> {
        let ended = self.uploads.extract_if(.., |upload| upload.began + upload.takes <= now);
        let (failed, published): (Vec<_>, Vec<_>) = ended.partition(|upload| upload.end.is_some());
        let mut posts: Vec<Post> = published
            .into_iter()
            .map(|upload| Post {
                images: upload.draft.images.iter().map(|image| image.sha256.clone()).collect(),
                caption: upload.draft.caption(),
                media_sha256: upload.draft.media.sha256,
                sound: upload.draft.sound,
                settings: upload.draft.settings,
                placement: upload.placement,
                published_at: upload.began + upload.takes,
            })
            .collect();
        posts.sort_by_key(|post| post.published_at);
        self.posts.append(&mut posts);
        let ends = failed.iter().filter_map(|upload| upload.end).collect();
        self.drafts.extend(failed.into_iter().map(|upload| upload.draft));
        ends
    }

    /// The media of the newest upload, and its progress in percent.
    pub(crate) fn upload_progress(&self, now: DateTime<Utc>) -> Option<(&str, i64)> {
        let upload = self.uploads.last()?;
        let takes = upload.takes.num_milliseconds().max(1);
        let percent = (now - upload.began).num_milliseconds().saturating_mul(100) / takes;
        Some((&upload.draft.media.sha256, percent.clamp(0, 100)))
    }

    /// Turns the uploads back into drafts, as when the process died.
    pub(crate) fn abandon_uploads(&mut self) {
        self.drafts.extend(self.uploads.drain(..).map(|upload| upload.draft));
    }

    /// Keeps a draft for later.
    pub(crate) fn keep(&mut self, draft: Option<Draft>) {
        self.drafts.extend(draft);
    }

    pub(crate) fn draft_count(&self) -> usize {
        self.drafts.len()
    }

    /// Sets how long uploads take that begin from now on.
    pub(crate) fn set_upload_time(&mut self, time: TimeDelta) {
        self.upload_time = time;
    }

    /// Sets how uploads end that begin from now on, if not with a post.
    pub(crate) fn set_upload_end(&mut self, end: UploadEnd) {
        self.upload_end = Some(end);
    }

    /// Ends the faults of uploads and follows.
    pub(crate) fn clear_faults(&mut self) {
        self.upload_time = UPLOAD_TIME;
        self.upload_end = None;
        self.follows.set_refuses(false);
        self.follows.set_limited(false);
    }

    /// Posts on the profile with their indexes, newest first.
    pub(crate) fn profile_posts(&self) -> impl Iterator<Item = (usize, &Post)> {
        self.posts.iter().enumerate().rev().filter(|(_, post)| post.placement == Placement::Feed)
    }

    /// The post of this index.
    pub(crate) fn post(&self, index: usize) -> Option<&Post> {
        self.posts.get(index)
    }

    /// The cells of the profile's grid: one for the drafts, if there are any, and one for each post.
    pub(crate) fn cell_count(&self) -> usize {
        self.profile_posts().count() + usize::from(!self.drafts.is_empty())
    }

    pub(crate) fn report(&self) -> AccountReport {
        AccountReport {
            username: self.username.clone(),
            posts: self.posts.clone(),
            following: self.follows.following().to_vec(),
            requested: self.follows.requested().to_vec(),
        }
    }
}
