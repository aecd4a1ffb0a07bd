//! The search for users: its field, and its results, which begin with users of similar names.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::apps::social::users::User;
use crate::apps::tiktok::identity::PACKAGE;
use crate::apps::tiktok::state::TikTok;
use crate::ui::layout::{Layout, Values};
use crate::ui::view::View;

static FIELD: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok/people_search.xml")));
static RESULTS: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok/people_results.xml")));
static ROW: LazyLock<Layout> = LazyLock::new(|| {
    Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok/people_result_row.xml"))
});

const ROW_HEIGHT: i32 = 195;

/// The search before anything was looked for.
pub(crate) fn field_root(app: &TikTok) -> View {
    FIELD.build(&Values::new().text("query", &app.people.query))
}

/// The results, on the tab "Users" or on "Top".
pub(crate) fn results_root(app: &TikTok, users: bool, now: DateTime<Utc>) -> View {
    let query = app.people.query.trim().trim_start_matches('@').to_lowercase();
    let found = found(&query);
    let shown = found.iter().take(if users { found.len() } else { 1 });
    let rows: Vec<View> = shown.zip(0..).map(|(user, at)| row(app, user, &query, at, now)).collect();
    RESULTS.build(
        &Values::new()
            .text("query", &app.people.query)
            .flag("users", users)
            .flag("top", !users)
            .flag("empty", rows.is_empty())
            .slot("rows", rows),
    )
}

/// The users whom the search finds, the wanted one behind those whose names are similar.
fn found(query: &str) -> Vec<User> {
    let similar = [format!("{query}_"), format!("the.{query}"), query.to_owned(), format!("{query}0")];
    similar.iter().filter_map(|name| User::find(name)).collect()
}

fn row(app: &TikTok, user: &User, query: &str, at: i32, now: DateTime<Utc>) -> View {
    let number = user.number();
    // The display name of another user may be the username that was looked for.
    let shown = if user.name() == query { "Sample Name" } else { query };
    let mut row = ROW.build(
        &Values::new()
            .text("display_name", shown)
            .text("username", user.name())
            .text("about", format!("{} followers", number + 1))
            .text("button", app.account.follows.relation(user, now).label(user)),
    );
    row.visit_mut(&mut |view| view.bounds = view.bounds.moved(0, at * ROW_HEIGHT));
    row
}
