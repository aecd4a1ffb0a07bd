//! What a tap changes, by the action of the view that it hits.

use chrono::{DateTime, Utc};

use crate::apps::social::dialogs::Dialog;
use crate::apps::social::users::{Change, User};
use crate::apps::tiktok::state::TikTok;
use crate::apps::tiktok::{create, options, people};
use crate::ui::app::Outcome;
use crate::ui::intent::Intent;
use crate::ui::report::Placement;

/// Handles a tap on a view with this action.
pub(crate) fn act(app: &mut TikTok, action: &str, now: DateTime<Utc>) -> Outcome {
    if !app.navigation.dialogs.passes(action) {
        return Outcome::Stay;
    }
    let (verb, value) = action.split_once(':').unwrap_or((action, ""));
    if let Some(outcome) = people::actions::act(app, verb, value) {
        return outcome;
    }
    match (verb, value) {
        ("sound_off", _) => app.draft.iter_mut().for_each(|draft| draft.sound = None),
        ("story", _) => create::flow::publish(app, Placement::Story, now),
        ("post", _) if app.navigation.dialogs.asks_before_post() => {}
        ("tab", "create") => create::flow::open_camera(app),
        ("option", action) => options::flow::act(app, action),
        ("create", action) => return create::flow::act(app, action),
        ("post" | "publish", _) => create::flow::publish(app, Placement::Feed, now),
        ("discard", _) => {
            app.draft = None;
            return app.navigation.leave_screen();
        }
        ("drafts", _) => {
            app.account.keep(app.draft.take());
            app.navigation.home();
        }
        ("author", _) => app.navigation.open_author(app.account.username()),
        ("relation", _) => {
            let user = app.navigation.shown_user();
            match user.map(|user| app.account.follows.change(&user, now)) {
                Some(Change::Asks) => app.navigation.dialogs.open(Dialog::Unfollow),
                Some(Change::Limited) => app.navigation.dialogs.open(Dialog::Limited),
                Some(Change::Made) | None => {}
            }
        }
        ("follow", name) => {
            User::find(name).iter().for_each(|user| app.account.follows.follow(user, now));
        }
        ("unfollow", _) => {
            app.navigation.shown_user().iter().for_each(|user| app.account.follows.unfollow(user));
        }
        ("settings", _) => return Outcome::Open(Intent::launch("com.android.settings")),
        (verb, value) => return app.navigation.act(verb, value),
    }
    Outcome::Stay
}
