//! The app's screens behind each other, and the windows over them.

use chrono::{DateTime, TimeDelta, Utc};

use crate::apps::social::dialogs::{Dialog, Dialogs};
use crate::apps::social::feed;
use crate::apps::social::users::User;
use crate::apps::tiktok::create::page::Page;
use crate::apps::tiktok::identity::PROFILE_LINK;
use crate::ui::app::{Outcome, Swipe};

/// How long a message covers the screen behind it.
const MESSAGE_TIME: TimeDelta = TimeDelta::seconds(3);

/// A screen of the app.
#[derive(Debug, Clone)]
pub(crate) enum Screen {
    Feed,
    Profile {
        scroll: i32,
    },
    User(User),
    Search,
    Results {
        users: bool,
    },
    Player {
        post: usize,
    },
    Editor,
    Caption,
    Create(Page),
    /// The page of the sound with this name.
    Sound(String),
    Message {
        text: &'static str,
        until: Option<DateTime<Utc>>,
    },
}

/// What the app shows.
#[derive(Debug)]
pub(crate) struct Navigation {
    /// The screen in front last; empty when the process is dead.
    screens: Vec<Screen>,
    pub(crate) dialogs: Dialogs,
    /// Which video of the feed is shown.
    pub(crate) feed_position: usize,
}

impl Navigation {
    /// No screen, as of an app that does not run.
    pub(crate) fn new(seed: u64) -> Self {
        let feed_position = usize::try_from(seed % 64).unwrap_or_default();
        Self { screens: Vec::new(), dialogs: Dialogs::new(seed), feed_position }
    }

    /// The screen in front.
    pub(crate) fn screen(&self) -> &Screen {
        self.screens.last().unwrap_or(&Screen::Feed)
    }

    /// The user whose profile is shown.
    pub(crate) fn shown_user(&self) -> Option<User> {
        match self.screen() {
            Screen::User(user) => Some(user.clone()),
            _ => None,
        }
    }

    /// Shows what an app shows that was started or brought to the front.
    pub(crate) fn start(&mut self) {
        self.dialogs.app_started();
        self.screens.retain(|screen| !matches!(screen, Screen::Message { .. }));
        if self.screens.is_empty() {
            self.home();
        }
    }

    /// Forgets all screens, as when the process dies.
    pub(crate) fn stop(&mut self) {
        self.screens.clear();
        self.dialogs.process_died();
    }

    /// Ends a message whose time is over.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>) {
        if matches!(self.screen(), Screen::Message { until: Some(until), .. } if *until <= now) {
            self.leave_screen();
        }
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

    /// Shows a message for a while.
    pub(crate) fn say(&mut self, text: &'static str, now: DateTime<Utc>) {
        self.go(Screen::Message { text, until: Some(now + MESSAGE_TIME) });
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

    /// Handles BACK.
    pub(crate) fn back(&mut self) -> Outcome {
        match (self.dialogs.top(), self.screen()) {
            (Some(dialog), _) if dialog.is_blocking() => return Outcome::Leave,
            // Only an answer closes it.
            (Some(Dialog::SaveLogin), _) => {}
            (Some(_), _) => self.dialogs.close(),
            (None, Screen::Editor) => self.dialogs.open(Dialog::Discard),
            (None, _) => return self.leave_screen(),
        }
        Outcome::Stay
    }

    /// Scrolls the feed, or the grid of the profile as far as `highest`.
    pub(crate) fn swipe(&mut self, swipe: Swipe, highest: i32) {
        let up = swipe.upward();
        match self.screens.last_mut() {
            Some(Screen::Profile { scroll }) => *scroll = scroll.saturating_add(up).clamp(0, highest),
            Some(Screen::Feed) if up > 200 => self.feed_position = self.feed_position.wrapping_add(1),
            Some(Screen::Feed) if up < -200 => self.feed_position = self.feed_position.saturating_sub(1),
            _ => {}
        }
    }

    /// Handles a tap that only leads to another screen.
    pub(crate) fn act(&mut self, verb: &str, value: &str) -> Outcome {
        match verb {
            "tab" => self.open_tab(value),
            "cell" => {
                if let Ok(post) = value.parse() {
                    self.go(Screen::Player { post });
                }
            }
            "next" => self.go(Screen::Caption),
            "followers" => self.go(Screen::Message { text: "Couldn't load the list", until: None }),
            "back" => return self.back(),
            _ => {}
        }
        Outcome::Stay
    }

    /// Opens a tab of the bottom bar.
    fn open_tab(&mut self, tab: &str) {
        self.home();
        match tab {
            "profile" => self.go(Screen::Profile { scroll: 0 }),
            "friends" => self.go(Screen::Create(Page::Friends)),
            "inbox" => self.go(Screen::Message { text: "No messages yet", until: None }),
            _ => {}
        }
    }

    /// Opens a link to a profile in the app of the account `own`.
    pub(crate) fn open_link(&mut self, link: &str, own: &str) {
        let path = link.strip_prefix(PROFILE_LINK).unwrap_or_default();
        let name = path.split(['/', '?', '#']).next().unwrap_or_default();
        self.home();
        self.go(profile(name, own));
    }

    /// Opens the profile of the video's author in the app of the account `own`.
    pub(crate) fn open_author(&mut self, own: &str) {
        let author = match self.screen() {
            Screen::Feed => feed::video(self.feed_position).author,
            _ => own,
        };
        self.go(profile(author, own));
    }
}

/// The profile of the user `name` in the app of the account `own`.
pub(crate) fn profile(name: &str, own: &str) -> Screen {
    match User::find(name) {
        _ if name.eq_ignore_ascii_case(own) => Screen::Profile { scroll: 0 },
        Some(user) => Screen::User(user),
        None => Screen::Message { text: "Couldn't find this account", until: None },
    }
}
