//! The screens of the app: their layouts and the values in them.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::apps::social::feed;
use crate::apps::social::grid::Grid;
use crate::apps::social::users::{Relation, User};
use crate::apps::tiktok::create;
use crate::apps::tiktok::identity::PACKAGE;
use crate::apps::tiktok::navigation::Screen;
use crate::apps::tiktok::options;
use crate::apps::tiktok::people::search;
use crate::apps::tiktok::profiles::user_root;
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Scene;
use crate::ui::bounds::Bounds;
use crate::ui::draw::color::Color;
use crate::ui::draw::paint::{Picture, TextSize};
use crate::ui::fault::UploadSign;
use crate::ui::layout::{Layout, Values};
use crate::ui::view::View;

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

/// The grid of the profile, down to the bottom bar.
pub(crate) const GRID: Grid = Grid {
    bounds: Bounds { left: 0, top: 1280, right: 1080, bottom: 2208 },
    columns: 3,
    column_width: 361,
    row_height: 480,
};

/// The activity that shows this screen.
pub(crate) fn activity(screen: &Screen) -> &'static str {
    match screen {
        Screen::Feed | Screen::Profile { .. } => "com.ss.android.ugc.aweme.main.MainActivity",
        Screen::Player { .. } => "com.ss.android.ugc.aweme.detail.ui.DetailActivity",
        Screen::User(_) => "com.ss.android.ugc.aweme.profile.ui.UserProfileActivity",
        Screen::Search | Screen::Results { .. } => {
            "com.ss.android.ugc.aweme.search.pages.core.ui.activity.SearchResultActivity"
        }
        Screen::Editor => "com.ss.android.ugc.aweme.editor.EditPageActivity",
        Screen::Caption => "com.ss.android.ugc.aweme.shortvideo.ui.VideoPublishActivity",
        Screen::Create(page) => create::screens::activity(*page),
        Screen::Sound(_) => "com.ss.android.ugc.aweme.music.ui.MusicDetailActivity",
        Screen::Message { .. } => "com.ss.android.ugc.aweme.main.MainActivity",
    }
}

/// The screen in front.
pub(crate) fn scene(app: &TikTok, now: DateTime<Utc>) -> Scene {
    let screen = app.navigation.screen();
    let (name, root) = match screen {
        Screen::Feed => ("feed".to_owned(), feed_root(app, now)),
        Screen::Profile { scroll } => ("profile".to_owned(), profile_root(app, *scroll, now)),
        Screen::User(user) => (format!("user {}", user.name()), user_root(app, user, now)),
        Screen::Player { post } => (format!("player {post}"), player_root(app, *post)),
        Screen::Editor => {
            let name = format!("editor{}", app.options.name());
            (name, options::screens::over_editor(app, EDITOR.build(&draft_values(app))))
        }
        Screen::Caption => {
            let values = options::screens::caption_values(app, draft_values(app));
            ("caption".to_owned(), options::screens::with_suggestions(app, CAPTION.build(&values)))
        }
        Screen::Sound(name) => (format!("sound {name}"), options::screens::sound_page(name)),
        Screen::Create(page) => create::screens::root(app, *page, now),
        Screen::Search => ("search".to_owned(), search::field_root(app)),
        Screen::Results { users } => (format!("results {users}"), search::results_root(app, *users, now)),
        Screen::Message { text, .. } => {
            ("message".to_owned(), MESSAGE.build(&Values::new().text("message", *text)))
        }
    };
    Scene {
        package: PACKAGE.to_owned(),
        activity: activity(screen).to_owned(),
        name,
        animated: matches!(screen, Screen::Feed | Screen::Player { .. }),
        root,
    }
}

fn feed_root(app: &TikTok, now: DateTime<Utc>) -> View {
    let position = app.navigation.feed_position;
    let video = feed::video(position);
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
        .text("media", format!("{}{}", video.author, position));
    if let Some((media, percent)) = app.badge(UploadSign::Badge, now) {
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

fn profile_root(app: &TikTok, scroll: i32, now: DateTime<Utc>) -> View {
    let account = &app.account;
    let mut cells = Vec::new();
    if account.draft_count() > 0 {
        let label = format!("Drafts: {}", account.draft_count());
        cells.push(cell("still:drafts", &label, None));
    }
    if let Some((media, percent)) = app.badge(UploadSign::Window, now) {
        cells.push(cell(&format!("still:{media}"), &format!("{percent}%"), None));
    }
    for (index, post) in account.profile_posts().filter(|_| !app.profile_is_loading) {
        cells.push(cell(&format!("still:{}", post.media_sha256), "0", Some(format!("cell:{index}"))));
    }
    let is_empty = cells.is_empty() && !app.profile_is_loading;
    for (at, cell) in cells.iter_mut().enumerate() {
        GRID.place(cell, at, scroll);
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
    let bounds = Bounds::new(0, GRID.bounds.top, 358, GRID.bounds.top + GRID.row_height - 2);
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
