//! What taps on these screens change: which items are chosen, from which album, and what the editor gets of it.

use chrono::{DateTime, Utc};

use crate::apps::social::account::Draft;
use crate::apps::tiktok::create::gallery::Picker;
use crate::apps::tiktok::create::page::Page;
use crate::apps::tiktok::navigation::Screen;
use crate::apps::tiktok::options;
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Outcome;
use crate::ui::fault::{UploadEnd, UploadSign};
use crate::ui::intent::MediaItem;
use crate::ui::report::Placement;

/// Opens the camera, on the tab on which it opened last.
pub(crate) fn open_camera(app: &mut TikTok) {
    app.navigation.home();
    let page = if app.picker.opens_on_templates { Page::Templates } else { Page::Camera };
    app.navigation.go(Screen::Create(page));
}

/// Handles a tap on one of these screens.
pub(crate) fn act(app: &mut TikTok, action: &str) -> Outcome {
    match action.split_once(':').unwrap_or((action, "")) {
        ("camera", _) => {
            app.picker.opens_on_templates = false;
            app.navigation.leave_screen();
            app.navigation.go(Screen::Create(Page::Camera));
        }
        ("gallery", _) => {
            app.picker.open();
            app.navigation.go(Screen::Create(Page::Gallery));
        }
        ("albums", _) => app.navigation.go(Screen::Create(Page::Albums)),
        ("album", name) => {
            app.picker.show_album(name);
            return app.navigation.leave_screen();
        }
        ("cell", id) => {
            let Ok(id) = id.parse() else { return Outcome::Stay };
            if app.picker.is_multiple {
                app.navigation.go(Screen::Create(Page::Preview(id)));
            } else {
                app.picker.toggle(id);
                edit_chosen(app);
            }
        }
        ("next", _) => edit_chosen(app),
        (other, id) => app.picker.act(other, id),
    }
    Outcome::Stay
}

/// Opens the editor with what is chosen: with images alone a post of images, else a video.
fn edit_chosen(app: &mut TikTok) {
    let chosen = app.picker.take_chosen();
    let draft = match chosen.first() {
        Some(_) if chosen.iter().all(MediaItem::is_image) => Draft::of_images(chosen),
        Some(first) => Some(Draft::new(first.clone(), app.account.username())),
        None => None,
    };
    if draft.is_some() {
        app.draft = draft;
        options::flow::begin(app);
        app.navigation.go(Screen::Editor);
    }
}

/// Uploads the draft.
pub(crate) fn publish(app: &mut TikTok, placement: Placement, now: DateTime<Utc>) {
    if let Some(draft) = app.draft.take() {
        app.account.upload(draft, placement, now);
        leave_caption_screen(app);
    }
}

/// Shows how an upload ended that led to no post.
pub(crate) fn show_upload_end(app: &mut TikTok, end: UploadEnd) {
    match end {
        UploadEnd::SavedToDrafts => {
            app.navigation.home();
            app.navigation.go(Screen::Create(Page::Drafts));
        }
        UploadEnd::Refused | UploadEnd::Undecodable => app.navigation.dialogs.open_upload_end(end),
    }
}

/// Shows where the app stands after Post.
fn leave_caption_screen(app: &mut TikTok) {
    app.navigation.home();
    if app.upload_sign != UploadSign::Badge {
        app.navigation.go(Screen::Create(Page::Friends));
    }
}

impl Picker {
    /// Handles a tap that only changes what the gallery shows or what is chosen.
    fn act(&mut self, action: &str, value: &str) {
        match action {
            "choose" => value.parse().into_iter().for_each(|id| self.toggle(id)),
            "multiple" => self.is_multiple = !self.is_multiple,
            tab => self.show_tab(tab),
        }
    }
}
