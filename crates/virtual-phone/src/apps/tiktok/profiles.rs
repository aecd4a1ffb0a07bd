//! The profile of another user, with its buttons.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::apps::social::users::{Relation, User};
use crate::apps::tiktok::identity::PACKAGE;
use crate::apps::tiktok::state::TikTok;
use crate::ui::layout::{Layout, Values};
use crate::ui::view::View;

static USER: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/other_profile.xml")));

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
