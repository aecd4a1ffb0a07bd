//! The app towards Android: requests, taps, swipes, time and faults.

use chrono::{DateTime, Utc};

use crate::apps::social::account::Account;
use crate::apps::social::dialogs::Dialog;
use crate::apps::tiktok::create::page::Page;
use crate::apps::tiktok::identity::IDENTITY;
use crate::apps::tiktok::navigation::Screen;
use crate::apps::tiktok::state::TikTok;
use crate::apps::tiktok::{actions, create, dialogs, faults, identity, options, people, requests, screens};
use crate::ui::app::{App, Identity, Outcome, Scene, Swipe};
use crate::ui::fault::Fault;
use crate::ui::intent::{Delivery, Intent};
use crate::ui::report::AppReport;
use crate::ui::window::text_input::TextInput;

impl App for TikTok {
    fn identity(&self) -> Identity {
        IDENTITY
    }

    fn resolve(&self, intent: &Intent) -> Option<&'static str> {
        identity::resolve(intent)
    }

    fn open(&mut self, delivery: &Delivery, now: DateTime<Utc>) {
        requests::open(self, delivery, now);
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
        actions::act(self, action, now)
    }

    fn back(&mut self, _now: DateTime<Utc>) -> Outcome {
        if self.navigation.dialogs.top().is_none() && options::flow::leave(self) {
            return Outcome::Stay;
        }
        self.navigation.back()
    }

    fn swipe(&mut self, swipe: Swipe) {
        if matches!(self.navigation.screen(), Screen::Create(Page::Gallery)) {
            self.picker.scroll_by(swipe.upward());
        }
        options::flow::swipe(self, swipe);
        self.navigation.swipe(swipe, screens::GRID.max_scroll(self.account.cell_count()));
    }

    fn swipe_dialog(&mut self, swipe: Swipe) {
        options::flow::swipe(self, swipe);
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
            create::flow::show_upload_end(self, end);
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
        faults::arm(self, fault, in_front);
    }

    fn clear_faults(&mut self) {
        faults::clear(self);
    }

    fn report(&self) -> Option<(&'static str, AppReport)> {
        let accounts = std::iter::once(&self.account).chain(self.people.others());
        Some(("tiktok", AppReport { accounts: accounts.map(Account::report).collect() }))
    }

    fn sign_in(&mut self, username: &str) {
        self.people.sign_in(username);
    }
}
