//! The app towards Android: requests, taps, swipes, time and faults.

use chrono::{DateTime, TimeDelta, Utc};

use crate::apps::social::account::Account;
use crate::apps::social::dialogs::Dialog;
use crate::apps::social::users::{Change, User};
use crate::apps::tiktok::create::page::Page;
use crate::apps::tiktok::identity::{IDENTITY, LINK_ACTIVITY, SHARE_ACTIVITY};
use crate::apps::tiktok::navigation::Screen;
use crate::apps::tiktok::state::TikTok;
use crate::apps::tiktok::{create, dialogs, identity, options, people, screens};
use crate::ui::app::{App, Identity, Outcome, Scene, Swipe};
use crate::ui::fault::{Fault, UploadSign};
use crate::ui::intent::{Delivery, Intent};
use crate::ui::report::{AppReport, Placement};
use crate::ui::window::text_input::TextInput;

impl App for TikTok {
    fn identity(&self) -> Identity {
        IDENTITY
    }

    fn resolve(&self, intent: &Intent) -> Option<&'static str> {
        identity::resolve(intent)
    }

    fn open(&mut self, delivery: &Delivery, now: DateTime<Utc>) {
        self.navigation.start();
        match delivery.class.as_str() {
            SHARE_ACTIVITY => self.share(delivery, now),
            LINK_ACTIVITY => {
                let link = delivery.intent.data.as_deref().unwrap_or_default();
                if !self.open_sound(link) {
                    self.navigation.open_link(link, self.account.username());
                }
            }
            _ => {}
        }
    }

    fn scene(&self, now: DateTime<Utc>) -> Scene {
        screens::scene(self, now)
    }

    fn dialog(&self) -> Option<Scene> {
        let activity = screens::activity(self.navigation.screen());
        people::dialogs::scene(self, activity)
            .or_else(|| dialogs::scene(&self.navigation.dialogs, activity))
            .or_else(|| options::screens::sheet(self, activity))
    }

    fn overlay(&self, now: DateTime<Utc>) -> Option<Scene> {
        create::screens::badge_window(self, now)
    }

    fn act(&mut self, action: &str, now: DateTime<Utc>) -> Outcome {
        if !self.navigation.dialogs.passes(action) {
            return Outcome::Stay;
        }
        let (verb, value) = action.split_once(':').unwrap_or((action, ""));
        if let Some(outcome) = self.act_on_people(verb, value) {
            return outcome;
        }
        match (verb, value) {
            ("sound_off", _) => self.draft.iter_mut().for_each(|draft| draft.sound = None),
            ("story", _) => self.publish(Placement::Story, now),
            ("post", _) if self.navigation.dialogs.asks_before_post() => {}
            ("tab", "create") => self.open_camera(),
            ("option", action) => self.option(action),
            ("create", action) => return self.create(action),
            ("post" | "publish", _) => self.publish(Placement::Feed, now),
            ("discard", _) => {
                self.draft = None;
                return self.navigation.leave_screen();
            }
            ("drafts", _) => {
                self.account.keep(self.draft.take());
                self.navigation.home();
            }
            ("author", _) => self.navigation.open_author(self.account.username()),
            ("relation", _) => {
                let user = self.navigation.shown_user();
                match user.map(|user| self.account.follows.change(&user, now)) {
                    Some(Change::Asks) => self.navigation.dialogs.open(Dialog::Unfollow),
                    Some(Change::Limited) => self.navigation.dialogs.open(Dialog::Limited),
                    Some(Change::Made) | None => {}
                }
            }
            ("follow", name) => {
                User::find(name).iter().for_each(|user| self.account.follows.follow(user, now));
            }
            ("unfollow", _) => {
                self.navigation.shown_user().iter().for_each(|user| self.account.follows.unfollow(user));
            }
            ("settings", _) => return Outcome::Open(Intent::launch("com.android.settings")),
            (verb, value) => return self.navigation.act(verb, value),
        }
        Outcome::Stay
    }

    fn back(&mut self, _now: DateTime<Utc>) -> Outcome {
        if self.navigation.dialogs.top().is_none() && self.leave_option() {
            return Outcome::Stay;
        }
        self.navigation.back()
    }

    fn swipe(&mut self, swipe: Swipe) {
        if matches!(self.navigation.screen(), Screen::Create(Page::Gallery)) {
            self.picker.scroll_by(swipe.upward());
        }
        self.swipe_options(swipe);
        self.navigation.swipe(swipe, screens::GRID.max_scroll(self.account.cell_count()));
    }

    fn swipe_dialog(&mut self, swipe: Swipe) {
        self.swipe_options(swipe);
        if self.navigation.dialogs.top() == Some(Dialog::Switcher) {
            self.people.scroll(swipe.upward());
        }
    }

    fn field(&mut self, name: &str) -> Option<TextInput<'_>> {
        if let Some(text) = self.options.field(name) {
            return Some(TextInput::new(text));
        }
        if matches!(self.navigation.screen(), Screen::Search | Screen::Results { .. }) {
            return (name == "search").then(|| self.people.field());
        }
        let is_shown = matches!(self.navigation.screen(), Screen::Caption);
        self.draft.as_mut().filter(|_| is_shown)?.field(name)
    }

    fn advance(&mut self, now: DateTime<Utc>) {
        for end in self.account.advance(now) {
            self.show_upload_end(end);
        }
        for account in self.people.others_mut() {
            // What ends of another account's uploads is shown when that account is used again.
            let _ = account.advance(now);
        }
        self.navigation.advance(now);
    }

    fn stop(&mut self) {
        self.navigation.stop();
        self.options.close();
        self.draft = None;
        self.account.abandon_uploads();
        self.people.others_mut().for_each(Account::abandon_uploads);
    }

    fn arm(&mut self, fault: Fault, in_front: bool) {
        match fault {
            Fault::Popup { kind, when } => self.navigation.dialogs.arm(kind, when, in_front),
            Fault::SlowUpload { seconds } => self.account.set_upload_time(TimeDelta::seconds(seconds.into())),
            Fault::FollowRefused => self.account.follows.set_refuses(true),
            Fault::FollowLimited => self.account.follows.set_limited(true),
            Fault::ProfileLoading => self.profile_is_loading = true,
            Fault::UploadEnd { kind } => self.account.set_upload_end(kind),
            Fault::UploadSign { kind } => self.upload_sign = kind,
            Fault::Option { kind } => self.options.arm(kind),
            Fault::Lock { .. } => {} // The system's.
        }
    }

    fn clear_faults(&mut self) {
        self.navigation.dialogs.clear_faults();
        self.account.clear_faults();
        self.people.others_mut().for_each(Account::clear_faults);
        self.profile_is_loading = false;
        self.upload_sign = UploadSign::default();
        self.options.clear_faults();
    }

    fn report(&self) -> Option<(&'static str, AppReport)> {
        let accounts = std::iter::once(&self.account).chain(self.people.others());
        Some(("tiktok", AppReport { accounts: accounts.map(Account::report).collect() }))
    }

    fn sign_in(&mut self, username: &str) {
        self.people.sign_in(username);
    }
}
