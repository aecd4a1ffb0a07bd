//! Taps that concern accounts and the search.

use crate::apps::social::dialogs::Dialog;
use crate::apps::tiktok::navigation::{Screen, profile};
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Outcome;

/// Handles a tap that concerns accounts or the search. `None` when it concerns neither.
pub(crate) fn act(app: &mut TikTok, verb: &str, value: &str) -> Option<Outcome> {
    match verb {
        "switcher" => {
            app.people.first_row = 0;
            app.navigation.dialogs.open(Dialog::Switcher);
        }
        "switch" => switch(app, value),
        // What follows in the real app wants a name and a password.
        "add_account" => app.navigation.go(Screen::Message { text: "Sign up for TikTok", until: None }),
        "search" => {
            app.people.query.clear();
            app.navigation.go(Screen::Search);
        }
        "submit" if !app.people.query.trim().is_empty() => {
            app.navigation.go(Screen::Results { users: false });
        }
        "results" => {
            app.navigation.leave_screen();
            app.navigation.go(Screen::Results { users: value == "users" });
        }
        "user" => {
            let screen = profile(value, app.account.username());
            app.navigation.go(screen);
        }
        _ => return None,
    }
    Some(Outcome::Stay)
}

/// Switches to another account, as its row of the switcher does: the app starts again on its feed.
fn switch(app: &mut TikTok, username: &str) {
    if !app.people.switch(&mut app.account, username) {
        return;
    }
    app.draft = None;
    app.navigation.home();
    if app.people.asks_to_save(username) {
        app.navigation.dialogs.open(Dialog::SaveLogin);
    }
}
