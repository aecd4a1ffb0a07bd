//! The screens of the app: which layout, filled with what.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use super::account::{GRID_COLUMNS, GRID_ROW};
use super::profiles::user_root;
use super::users::{Relation, User};
use super::{PACKAGE, Screen, TikTok, feed};
use crate::ui::app::Scene;
use crate::ui::draw::paint::{Color, Picture, TextSize};
use crate::ui::layout::{Layout, Values};
use crate::ui::view::{Bounds, View};

static FEED: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/feed.xml")));
static PROFILE: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/profile.xml")));
static EDITOR: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/editor.xml")));
static CAPTION: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/caption.xml")));
static MESSAGE: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../layouts/tiktok/message.xml")));

/// Where the grid of the profile begins, and where the bottom bar covers it.
const GRID: Bounds = Bounds { left: 0, top: 1280, right: 1080, bottom: 2208 };

/// The activity that shows this place.
pub(super) fn activity(place: &Screen) -> &'static str {
    match place {
        Screen::Feed | Screen::Profile { .. } => "com.ss.android.ugc.aweme.main.MainActivity",
        Screen::Player { .. } => "com.ss.android.ugc.aweme.detail.ui.DetailActivity",
        Screen::User(_) => "com.ss.android.ugc.aweme.profile.ui.UserProfileActivity",
        Screen::Editor => "com.ss.android.ugc.aweme.editor.EditPageActivity",
        Screen::Caption => "com.ss.android.ugc.aweme.shortvideo.ui.VideoPublishActivity",
        Screen::Message { .. } => "com.ss.android.ugc.aweme.main.MainActivity",
    }
}

/// What the app shows.
pub(super) fn scene(app: &TikTok, now: DateTime<Utc>) -> Scene {
    let place = app.place();
    let (name, root) = match place {
        Screen::Feed => ("feed".to_owned(), feed_root(app, now)),
        Screen::Profile { scroll } => ("profile".to_owned(), profile_root(app, *scroll)),
        Screen::User(user) => (format!("user {}", user.name()), user_root(app, user, now)),
        Screen::Player { post } => (format!("player {post}"), player_root(app, *post)),
        Screen::Editor => ("editor".to_owned(), EDITOR.build(&draft_values(app))),
        Screen::Caption => ("caption".to_owned(), CAPTION.build(&draft_values(app))),
        Screen::Message { text, .. } => {
            ("message".to_owned(), MESSAGE.build(&Values::new().text("message", *text)))
        }
    };
    Scene {
        package: PACKAGE.to_owned(),
        activity: activity(place).to_owned(),
        name,
        animated: matches!(place, Screen::Feed | Screen::Player { .. }),
        root,
    }
}

fn feed_root(app: &TikTok, now: DateTime<Utc>) -> View {
    let video = feed::video(app.feed_position);
    let can_follow = User::find(video.author)
        .is_some_and(|author| app.account.follows.relation(&author, now) == Relation::Stranger);
    let mut values = Values::new()
        .flag("feed", true)
        .flag("can_follow", can_follow)
        .text("author", video.author)
        .text("caption", video.caption)
        .text("likes", video.likes)
        .text("comments", video.comments)
        .text("shares", video.shares)
        .text("topic", video.topic)
        .text("media", format!("{}{}", video.author, app.feed_position));
    if let Some((media, percent)) = app.account.upload_progress(now) {
        values =
            values.flag("uploading", true).text("upload_media", media).text("percent", format!("{percent}%"));
    }
    FEED.build(&values)
}

fn player_root(app: &TikTok, post: usize) -> View {
    let post = app.account.post(post);
    FEED.build(
        &Values::new()
            .flag("player", true)
            .text("author", app.account.username())
            .text("caption", post.map_or("", |post| post.caption.as_str()))
            .text("likes", "0")
            .text("comments", "0")
            .text("shares", "0")
            .text("media", post.map_or("", |post| post.media_sha256.as_str())),
    )
}

fn draft_values(app: &TikTok) -> Values {
    let values = Values::new().text("username", app.account.username());
    let Some(draft) = &app.draft else {
        return values;
    };
    values
        .text("media", &draft.media.sha256)
        .flag("has_sound", draft.sound.is_some())
        .text("sound", draft.sound.as_deref().unwrap_or("Add sound"))
        .text("title", &draft.title)
        .text("description", &draft.description)
}

fn profile_root(app: &TikTok, scroll: i32) -> View {
    let account = &app.account;
    let mut cells = Vec::new();
    if account.draft_count() > 0 {
        let label = format!("Drafts: {}", account.draft_count());
        cells.push(cell("still:drafts", &label, None));
    }
    for (index, post) in account.profile_posts() {
        cells.push(cell(&format!("still:{}", post.media_sha256), "0", Some(format!("cell:{index}"))));
    }
    let is_empty = cells.is_empty();
    for (at, cell) in cells.iter_mut().enumerate() {
        place_in_grid(cell, at, scroll);
    }
    PROFILE.build(
        &Values::new()
            .text("username", account.username())
            .text("display_name", account.username())
            .text("following", account.follows.following().len().to_string())
            .text("followers", "0")
            .text("likes", "0")
            .flag("empty", is_empty)
            .slot("grid", cells),
    )
}

/// A cell of the grid at the grid's top left corner.
fn cell(picture: &str, label: &str, action: Option<String>) -> View {
    let bounds = Bounds::new(0, GRID.top, 358, GRID.top + GRID_ROW - 2);
    let mut cover = View::new("android.widget.ImageView", bounds);
    cover.resource_id = format!("{PACKAGE}:id/cover");
    cover.paint.picture = Some(Picture::named(picture));
    let mut plays =
        View::new("android.widget.TextView", Bounds::new(20, bounds.bottom - 60, 330, bounds.bottom - 10));
    plays.resource_id = format!("{PACKAGE}:id/ynm");
    plays.text = label.to_owned();
    plays.paint.ink = Some(Color::WHITE);
    plays.paint.size = TextSize::Small;
    let mut view = View::new("android.widget.FrameLayout", bounds);
    view.resource_id = format!("{PACKAGE}:id/e52");
    view.flags.clickable = true;
    view.flags.focusable = true;
    view.flags.long_clickable = true;
    view.action = action;
    view.children = vec![cover, plays];
    view
}

/// Moves a cell to its place; what lies outside the grid is cut off, or invisible.
fn place_in_grid(cell: &mut View, at: usize, scroll: i32) {
    let column = i32::try_from(at % GRID_COLUMNS).unwrap_or_default();
    let row = i32::try_from(at / GRID_COLUMNS).unwrap_or_default();
    let (x, y) = (column * 361, row.saturating_mul(GRID_ROW).saturating_sub(scroll));
    cell.visit_mut(&mut |view| {
        view.bounds = view.bounds.moved(x, y).intersection(&GRID);
        view.visible = !view.bounds.is_empty();
    });
}
