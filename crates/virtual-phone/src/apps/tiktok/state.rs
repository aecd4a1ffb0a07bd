//! The state of the TikTok-like app, and what follows from taps that change more than the screen.

use chrono::{DateTime, Utc};

use crate::apps::social::account::{Account, Draft};
use crate::apps::tiktok::navigation::{Navigation, Screen};
use crate::apps::tiktok::people::People;
use crate::ui::intent::{Delivery, MediaItem};
use crate::ui::report::Placement;

/// The app and its accounts.
#[derive(Debug)]
pub(crate) struct TikTok {
    /// The current account.
    pub(crate) account: Account,
    pub(crate) people: People,
    /// The video of the editor and the caption screen.
    pub(crate) draft: Option<Draft>,
    pub(crate) navigation: Navigation,
    /// Whether the profile does not show yet what it has.
    pub(crate) profile_is_loading: bool,
}

impl TikTok {
    /// The freshly installed app, with this account signed in.
    pub(crate) fn new(username: &str, seed: u64) -> Self {
        Self {
            account: Account::new(username),
            people: People::new(username),
            draft: None,
            navigation: Navigation::new(seed),
            profile_is_loading: false,
        }
    }

    /// Opens the editor with a shared video.
    pub(crate) fn share(&mut self, delivery: &Delivery, now: DateTime<Utc>) {
        let Some(media) = delivery.media.clone().filter(MediaItem::is_video) else {
            self.navigation.say("Couldn't load the video. Try another one.", now);
            return;
        };
        // The draft of before is gone: a shared video starts a new one.
        self.draft = Some(Draft::new(media, self.account.username()));
        self.navigation.home();
        self.navigation.go(Screen::Editor);
    }

    /// Uploads the draft.
    pub(crate) fn publish(&mut self, placement: Placement, now: DateTime<Utc>) {
        if let Some(draft) = self.draft.take() {
            self.account.upload(draft, placement, now);
            self.navigation.home();
        }
    }
}
