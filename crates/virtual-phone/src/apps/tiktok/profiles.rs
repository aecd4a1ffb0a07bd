//! Profiles in the app: opening them, and the buttons of another user's profile.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::apps::social::dialogs::Dialog;
use crate::apps::social::feed;
use crate::apps::social::users::{Relation, User};
use crate::apps::tiktok::identity::{PACKAGE, PROFILE_LINK};
use crate::apps::tiktok::state::{Screen, TikTok};
use crate::ui::layout::{Layout, Values};
use crate::ui::view::View;

static USER: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/other_profile.xml")));

impl TikTok {
    /// Opens a link to a profile.
    pub(crate) fn open_link(&mut self, link: &str) {
        let path = link.strip_prefix(PROFILE_LINK).unwrap_or_default();
        let name = path.split(['/', '?', '#']).next().unwrap_or_default();
        self.home();
        self.open_profile(name);
    }

    /// Opens the profile of the video's author.
    pub(crate) fn open_author(&mut self) {
        match self.screen() {
            Screen::Feed => self.open_profile(feed::video(self.feed_position).author),
            _ => self.go(Screen::Profile { scroll: 0 }),
        }
    }

    /// Handles a tap on the button of the shown profile.
    pub(crate) fn relation_tapped(&mut self, now: DateTime<Utc>) {
        let Some(user) = self.shown_user() else { return };
        let follows = &mut self.account.follows;
        match follows.relation(&user, now) {
            Relation::Stranger => follows.follow(&user, now),
            // The app withdraws a request without a question.
            Relation::Requested => follows.unfollow(&user),
            Relation::Following => self.dialogs.open(Dialog::Unfollow),
        }
    }

    /// Handles a tap on the button beside a suggested account, or on a video.
    pub(crate) fn follow_tapped(&mut self, name: &str, now: DateTime<Utc>) {
        if let Some(user) = User::find(name) {
            self.account.follows.follow(&user, now);
        }
    }

    /// Handles a tap on "Unfollow" on the sheet of the shown profile.
    pub(crate) fn unfollow_tapped(&mut self) {
        if let Some(user) = self.shown_user() {
            self.account.follows.unfollow(&user);
        }
    }

    fn open_profile(&mut self, name: &str) {
        let screen = match User::find(name) {
            _ if name.eq_ignore_ascii_case(self.account.username()) => Screen::Profile { scroll: 0 },
            Some(user) => Screen::User(user),
            None => Screen::Message { text: "Couldn't find this account", until: None },
        };
        self.go(screen);
    }

    fn shown_user(&self) -> Option<User> {
        match self.screen() {
            Screen::User(user) => Some(user.clone()),
            _ => None,
        }
    }
}

/// The profile of another user.
pub(crate) fn user_root(app: &TikTok, user: &User, now: DateTime<Utc>) -> View {
    let relation = app.account.follows.relation(user, now);
    let label = relation.label(user);
    let is_stranger = relation == Relation::Stranger;
    let suggested = suggestions(user);
    let number = user.number();
    USER.build(
        &Values::new()
            .text("username", user.name())
            .text("button", if is_stranger { label } else { "" })
            // Here, as in 47.0, the text ends with a space.
            .text("label", if is_stranger { String::new() } else { format!("{label} ") })
            .text("following", (number % 700).to_string())
            .text("followers", (number + 1).to_string())
            .text("likes", (number * 3).to_string())
            .flag("private", user.is_private())
            .text("first", &suggested[0])
            .text("first_button", suggested_label(app, &suggested[0], now))
            .text("second", &suggested[1])
            .text("second_button", suggested_label(app, &suggested[1], now)),
    )
}

/// Two other users.
fn suggestions(user: &User) -> [String; 2] {
    let name = |step: u32| {
        let name = format!("sample_user_{}", (user.number() + step) % 9 + 1);
        if name == user.name() { "sample_user_10".to_owned() } else { name }
    };
    [name(0), name(1)]
}

fn suggested_label(app: &TikTok, name: &str, now: DateTime<Utc>) -> &'static str {
    User::find(name).map_or("", |user| app.account.follows.relation(&user, now).label(&user))
}
