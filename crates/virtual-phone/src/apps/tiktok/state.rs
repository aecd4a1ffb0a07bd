//! The state of the TikTok-like app: its account, its screens, and what follows from taps that change them.

use chrono::{DateTime, TimeDelta, Utc};

use crate::apps::social::account::{Account, Draft};
use crate::apps::social::dialogs::{Dialog, Dialogs};
use crate::apps::social::users::User;
use crate::ui::app::Outcome;
use crate::ui::intent::{Delivery, Intent};
use crate::ui::report::Placement;

/// How long a message covers the screen behind it.
const MESSAGE_TIME: TimeDelta = TimeDelta::seconds(3);

/// A screen of the app.
#[derive(Debug, Clone)]
pub(crate) enum Screen {
    Feed,
    Profile { scroll: i32 },
    User(User),
    Player { post: usize },
    Editor,
    Caption,
    Message { text: &'static str, until: Option<DateTime<Utc>> },
}

/// The app and its one account.
#[derive(Debug)]
pub(crate) struct TikTok {
    pub(crate) account: Account,
    /// The screens behind each other, the one in front last; empty when the process is dead.
    pub(crate) screens: Vec<Screen>,
    /// The video of the editor and the caption screen.
    pub(crate) draft: Option<Draft>,
    pub(crate) dialogs: Dialogs,
    pub(crate) feed_position: usize,
    /// Whether the profile does not show yet what it has.
    pub(crate) profile_is_loading: bool,
}

impl TikTok {
    /// The freshly installed app, with this account signed in.
    pub(crate) fn new(username: &str, seed: u64) -> Self {
        Self {
            account: Account::new(username),
            screens: Vec::new(),
            draft: None,
            dialogs: Dialogs::new(seed),
            feed_position: usize::try_from(seed % 64).unwrap_or_default(),
            profile_is_loading: false,
        }
    }

    /// The screen in front.
    pub(crate) fn screen(&self) -> &Screen {
        self.screens.last().unwrap_or(&Screen::Feed)
    }

    /// Shows a screen over the others.
    pub(crate) fn go(&mut self, screen: Screen) {
        self.screens.push(screen);
        self.dialogs.screen_changed();
    }

    /// Shows the feed alone.
    pub(crate) fn home(&mut self) {
        self.screens = vec![Screen::Feed];
        self.dialogs.screen_changed();
    }

    /// Goes back by one screen.
    pub(crate) fn leave_screen(&mut self) -> Outcome {
        self.screens.pop();
        if self.screens.is_empty() {
            return Outcome::Leave;
        }
        self.dialogs.screen_changed();
        Outcome::Stay
    }

    /// Opens the editor with a shared video.
    pub(crate) fn share(&mut self, delivery: &Delivery, now: DateTime<Utc>) {
        let media = delivery.media.clone().filter(|media| media.mime.starts_with("video/"));
        match media {
            Some(media) => {
                // The draft of before is gone: a shared video starts a new one.
                self.draft = Some(Draft::new(media, self.account.username()));
                self.home();
                self.go(Screen::Editor);
            }
            None => {
                let text = "Couldn't load the video. Try another one.";
                self.go(Screen::Message { text, until: Some(now + MESSAGE_TIME) });
            }
        }
    }

    /// Publishes the draft, unless a question comes first.
    pub(crate) fn post_tapped(&mut self, now: DateTime<Utc>) {
        if !self.dialogs.asks_before_post() {
            self.publish(Placement::Feed, now);
        }
    }

    /// Uploads the draft.
    pub(crate) fn publish(&mut self, placement: Placement, now: DateTime<Utc>) {
        if let Some(draft) = self.draft.take() {
            self.account.upload(draft, placement, now);
            self.home();
        }
    }

    /// Opens a tab of the bottom bar.
    pub(crate) fn open_tab(&mut self, tab: &str) {
        self.home();
        match tab {
            "profile" => self.go(Screen::Profile { scroll: 0 }),
            "friends" => self.go(Screen::Message { text: "No friends' videos yet", until: None }),
            "create" => self.go(Screen::Message { text: "The camera is in use by another app", until: None }),
            "inbox" => self.go(Screen::Message { text: "No messages yet", until: None }),
            _ => {}
        }
    }

    /// Handles a tap on the window on top.
    pub(crate) fn act_on_dialog(&mut self, dialog: Dialog, action: &str, now: DateTime<Utc>) -> Outcome {
        match (dialog, action) {
            (_, "nothing") => {}
            (Dialog::Discard, "discard") => {
                self.dialogs.close();
                self.draft = None;
                return self.leave_screen();
            }
            (_, "publish") => {
                self.dialogs.close();
                self.publish(Placement::Feed, now);
            }
            (Dialog::Unfollow, "unfollow") => {
                self.dialogs.close();
                self.unfollow_tapped();
            }
            (_, "settings") => {
                self.dialogs.close();
                return Outcome::Open(Intent::launch("com.android.settings"));
            }
            _ => self.dialogs.close(),
        }
        Outcome::Stay
    }
}
