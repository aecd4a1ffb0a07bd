//! Taps that concern accounts and the search.

use crate::apps::social::dialogs::Dialog;
use crate::apps::tiktok::navigation::{Screen, profile};
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Outcome;

impl TikTok {
    /// Handles a tap that concerns accounts or the search. `None` when it concerns neither.
    pub(crate) fn act_on_people(&mut self, verb: &str, value: &str) -> Option<Outcome> {
        match verb {
            "switcher" => {
                self.people.first_row = 0;
                self.navigation.dialogs.open(Dialog::Switcher);
            }
            "switch" => self.switch(value),
            // What follows in the real app wants a name and a password.
            "add_account" => self.navigation.go(Screen::Message { text: "Sign up for TikTok", until: None }),
            "search" => {
                self.people.query.clear();
                self.navigation.go(Screen::Search);
            }
            "submit" if !self.people.query.trim().is_empty() => {
                self.navigation.go(Screen::Results { users: false });
            }
            "results" => {
                self.navigation.leave_screen();
                self.navigation.go(Screen::Results { users: value == "users" });
            }
            "user" => {
                let screen = profile(value, self.account.username());
                self.navigation.go(screen);
            }
            _ => return None,
        }
        Some(Outcome::Stay)
    }

    /// Switches to another account, as its row of the switcher does: the app starts again on its feed.
    fn switch(&mut self, username: &str) {
        if !self.people.switch(&mut self.account, username) {
            return;
        }
        self.draft = None;
        self.navigation.home();
        if self.people.asks_to_save(username) {
            self.navigation.dialogs.open(Dialog::SaveLogin);
        }
    }
}
