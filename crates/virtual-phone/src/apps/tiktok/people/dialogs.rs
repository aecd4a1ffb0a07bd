//! The modal windows of accounts: the switcher's sheet, the question whether to save a login, and the notice that an
//! account is limited.

use std::sync::LazyLock;

use crate::apps::social::dialogs::Dialog;
use crate::apps::tiktok::identity::PACKAGE;
use crate::apps::tiktok::people::state::SHOWN_ROWS;
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Scene;
use crate::ui::bounds::Bounds;
use crate::ui::layout::{Layout, Values};
use crate::ui::view::View;

static SWITCHER: LazyLock<Layout> = LazyLock::new(|| {
    Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok/people_switcher.xml"))
});
static ROW: LazyLock<Layout> = LazyLock::new(|| {
    Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok/people_switcher_row.xml"))
});
static SAVE_LOGIN: LazyLock<Layout> = LazyLock::new(|| {
    Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok/people_save_login.xml"))
});
static LIMITED: LazyLock<Layout> =
    LazyLock::new(|| Layout::carried(PACKAGE, include_str!("../../../../layouts/tiktok/people_limited.xml")));

/// The height of a row of the switcher.
const ROW_HEIGHT: i32 = 205;
/// Where the sheet ends.
const SHEET_BOTTOM: i32 = 2337;

/// The window on top, if it is one of these. It belongs to the `activity` beneath it.
pub(crate) fn scene(app: &TikTok, activity: &str) -> Option<Scene> {
    let dialogs = &app.navigation.dialogs;
    let (name, root) = match dialogs.top()? {
        Dialog::Switcher => ("switcher", SWITCHER.build(&Values::new().slot("rows", rows(app)))),
        Dialog::SaveLogin => {
            ("save login", SAVE_LOGIN.build(&Values::new().text("username", app.account.username())))
        }
        Dialog::Limited => ("limited", LIMITED.build(&Values::new())),
        Dialog::Permission(_)
        | Dialog::Popup(_)
        | Dialog::Discard
        | Dialog::Unfollow
        | Dialog::UploadEnd(_) => return None,
    };
    Some(Scene {
        package: PACKAGE.to_owned(),
        activity: activity.to_owned(),
        name: format!("{name} {} {}", dialogs.count(), app.people.first_row),
        animated: false,
        root,
    })
}

/// The rows of the sheet that are on the screen: the accounts, and last "Add account" with the same ids.
fn rows(app: &TikTok) -> Vec<View> {
    let current = app.account.username();
    let accounts = app.people.names().iter().map(|name| {
        let values = Values::new().text("name", name).text("action", format!("switch:{name}"));
        values.flag("current", name == current).flag("other", name != current)
    });
    let add = Values::new().text("name", "Add account").text("action", "add_account").flag("other", true);
    let shown = accounts.chain([add]).skip(app.people.first_row).take(SHOWN_ROWS);
    let placed = shown.zip(0..).map(|(values, at): (Values, i32)| {
        let mut row = ROW.build(&values);
        let sheet = Bounds::new(0, 0, 1080, SHEET_BOTTOM);
        row.visit_mut(&mut |view| view.bounds = view.bounds.moved(0, at * ROW_HEIGHT).intersection(&sheet));
        row
    });
    placed.collect()
}
