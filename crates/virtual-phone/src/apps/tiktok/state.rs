//! The state of the TikTok-like app, and what follows from taps that change more than the screen.

use chrono::{DateTime, Utc};

use crate::apps::social::account::{Account, Draft};
use crate::apps::tiktok::create::gallery::Picker;
use crate::apps::tiktok::navigation::{Navigation, Screen};
use crate::apps::tiktok::options::Options;
use crate::apps::tiktok::people::People;
use crate::ui::fault::UploadSign;
use crate::ui::gallery::Gallery;
use crate::ui::intent::{ACTION_SEND_MULTIPLE, Delivery};
use crate::ui::report::Placement;

/// The app and its accounts.
#[derive(Debug)]
pub(crate) struct TikTok {
    /// The current account.
    pub(crate) account: Account,
    pub(crate) picker: Picker,
    /// Where it shows how far uploads are.
    pub(crate) upload_sign: UploadSign,
    pub(crate) people: People,
    /// What the editor and the caption screen are about.
    pub(crate) draft: Option<Draft>,
    pub(crate) navigation: Navigation,
    pub(crate) options: Options,
    /// Whether the profile does not show yet what it has.
    pub(crate) profile_is_loading: bool,
}

impl TikTok {
    /// The freshly installed app, with this account signed in.
    pub(crate) fn new(username: &str, seed: u64, gallery: Gallery) -> Self {
        Self {
            account: Account::new(username),
            picker: Picker::new(gallery, seed),
            upload_sign: UploadSign::default(),
            people: People::new(username),
            draft: None,
            navigation: Navigation::new(seed),
            options: Options::default(),
            profile_is_loading: false,
        }
    }

    /// Opens the editor with a shared video or image. A request for several items has a list of them, which `am` cannot
    /// make, and no single one.
    pub(crate) fn share(&mut self, delivery: &Delivery, now: DateTime<Utc>) {
        let is_single = delivery.intent.action.as_deref() != Some(ACTION_SEND_MULTIPLE);
        let draft = match delivery.media.clone().filter(|_| is_single) {
            Some(media) if media.is_video() => Some(Draft::new(media, self.account.username())),
            Some(media) if media.is_image() => Draft::of_images(vec![media]),
            _ => None,
        };
        if draft.is_none() {
            self.navigation.say("Couldn't load the video. Try another one.", now);
            return;
        }
        // The draft of before is gone: what is shared starts a new one.
        self.draft = draft;
        self.begin_options();
        self.navigation.home();
        self.navigation.go(Screen::Editor);
    }

    /// Uploads the draft.
    pub(crate) fn publish(&mut self, placement: Placement, now: DateTime<Utc>) {
        if let Some(draft) = self.draft.take() {
            self.account.upload(draft, placement, now);
            self.leave_caption_screen();
        }
    }

    /// The media and the percentage of the newest upload, if it is shown as `sign`.
    pub(crate) fn badge(&self, sign: UploadSign, now: DateTime<Utc>) -> Option<(&str, i64)> {
        self.account.upload_progress(now).filter(|_| self.upload_sign == sign)
    }
}
