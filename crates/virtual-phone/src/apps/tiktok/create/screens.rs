//! These screens as they look.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::apps::tiktok::create::gallery::{Picker, Tab};
use crate::apps::tiktok::create::page::Page;
use crate::apps::tiktok::identity::PACKAGE;
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Scene;
use crate::ui::bounds::Bounds;
use crate::ui::draw::paint::Picture;
use crate::ui::fault::UploadSign;
use crate::ui::gallery::GalleryItem;
use crate::ui::layout::{Layout, Values};
use crate::ui::view::View;

static TEMPLATES: LazyLock<Layout> = LazyLock::new(|| {
    Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok_create/templates.xml"))
});
static CAMERA: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok_create/camera.xml")));
static GALLERY: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok_create/gallery.xml")));
static ALBUMS: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok_create/albums.xml")));
static PREVIEW: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok_create/preview.xml")));
static DRAFTS: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok_create/drafts.xml")));
static FRIENDS: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok_create/friends.xml")));
static BADGE: LazyLock<Layout> = LazyLock::new(|| {
    Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok_create/badge_window.xml"))
});

/// The activity that shows this screen.
pub(crate) fn activity(page: Page) -> &'static str {
    match page {
        Page::Friends => "com.ss.android.ugc.aweme.main.MainActivity",
        Page::Drafts => "com.ss.android.ugc.aweme.shortvideo.ui.DraftActivity",
        _ => "com.ss.android.ugc.aweme.shortvideo.ui.VideoRecordNewActivity",
    }
}

/// The name and the views of this screen.
pub(crate) fn root(app: &TikTok, page: Page, now: DateTime<Utc>) -> (String, View) {
    let picker = &app.picker;
    match page {
        Page::Templates => ("templates".to_owned(), TEMPLATES.build(&Values::new())),
        Page::Camera => ("camera".to_owned(), CAMERA.build(&Values::new())),
        Page::Gallery => {
            let sheet = vec![gallery(picker)];
            ("gallery".to_owned(), CAMERA.build(&Values::new().flag("gallery", true).slot("sheet", sheet)))
        }
        Page::Albums => {
            let rows =
                picker.albums().into_iter().zip(0..).map(|(album, at)| album_row(&album, at)).collect();
            (
                "albums".to_owned(),
                ALBUMS.build(&Values::new().text("album", &picker.album).slot("albums", rows)),
            )
        }
        Page::Preview(id) => {
            let media = picker.item(id).map(|item| item.sha256).unwrap_or_default();
            (format!("preview {id}"), PREVIEW.build(&Values::new().text("media", media)))
        }
        Page::Drafts => ("drafts".to_owned(), DRAFTS.build(&Values::new())),
        Page::Friends => {
            let percent = app.badge(UploadSign::Friends, now).map(|(_, percent)| format!("{percent}%"));
            ("friends".to_owned(), FRIENDS.build(&Values::new().text("percent", percent.unwrap_or_default())))
        }
    }
}

/// The window with the progress of an upload, if the app shows it there.
pub(crate) fn badge_window(app: &TikTok, now: DateTime<Utc>) -> Option<Scene> {
    let (media, percent) = app.badge(UploadSign::Window, now)?;
    Some(Scene {
        package: PACKAGE.to_owned(),
        activity: String::new(),
        name: "badge".to_owned(),
        animated: false,
        root: BADGE.build(&Values::new().text("media", media).text("percent", format!("{percent}%"))),
    })
}

fn gallery(picker: &Picker) -> View {
    let grid = picker.grid();
    let cells = picker.shown().into_iter().enumerate().map(|(at, item)| {
        let mut view = cell(picker, &item);
        grid.place(&mut view, at, picker.scroll());
        view
    });
    let chosen = picker.chosen_count();
    GALLERY.build(
        &Values::new()
            .text("album", &picker.album)
            .flag("all", picker.tab == Tab::All)
            .flag("videos", picker.tab == Tab::Videos)
            .flag("photos", picker.tab == Tab::Photos)
            .flag("multiple", picker.is_multiple)
            .flag("chosen", chosen > 0)
            .text("count", format!(" ({chosen})"))
            .slot("grid", cells.collect()),
    )
}

/// A cell at the grid's top left corner: a picture that opens the preview, and the circle that chooses it. Without multiple
/// selection there is no circle, which is assumed.
fn cell(picker: &Picker, item: &GalleryItem) -> View {
    let button = |class: &str, id: &str, bounds: Bounds, action: String| {
        let mut view = View::new(class, bounds);
        view.resource_id = if id.is_empty() { String::new() } else { format!("{PACKAGE}:id/{id}") };
        view.flags.clickable = true;
        view.flags.focusable = true;
        view.action = Some(action);
        view
    };
    let bounds = Bounds::new(5, 385, 359, 742);
    let mut cell = button("android.widget.FrameLayout", "", bounds, format!("create:cell:{}", item.id));
    let mut picture = View::new("android.widget.ImageView", bounds);
    picture.resource_id = format!("{PACKAGE}:id/mub");
    picture.paint.picture = Some(Picture::named(&format!("still:{}", item.item.sha256)));
    cell.children.push(picture);
    if picker.is_multiple {
        let choose = format!("create:choose:{}", item.id);
        let circle = Bounds::new(243, 385, 359, 501);
        let mut corner = button("android.widget.FrameLayout", "h9t", circle, choose.clone());
        let mut number = button("android.widget.Button", "jh7", Bounds::new(280, 401, 343, 464), choose);
        number.text = picker.number(item.id).map(|number| number.to_string()).unwrap_or_default();
        corner.children.push(number);
        cell.children.push(corner);
    }
    cell
}

/// A row of the albums.
fn album_row((name, count): &(String, usize), at: i32) -> View {
    let top = 262 + at * 160;
    let mut row = View::new("android.widget.LinearLayout", Bounds::new(0, top, 1080, top + 160));
    row.flags.clickable = true;
    row.action = Some(format!("create:album:{name}"));
    let mut title = View::new("android.widget.TextView", Bounds::new(200, top + 20, 900, top + 80));
    title.text.clone_from(name);
    let mut number = View::new("android.widget.TextView", Bounds::new(200, top + 90, 900, top + 140));
    number.text = count.to_string();
    row.children = vec![title, number];
    row
}
