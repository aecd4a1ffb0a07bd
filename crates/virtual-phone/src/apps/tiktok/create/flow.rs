//! What taps on these screens change: which items are chosen, from which album, and what the editor gets of it.

use crate::apps::social::account::Draft;
use crate::apps::tiktok::create::gallery::Picker;
use crate::apps::tiktok::create::page::Page;
use crate::apps::tiktok::navigation::Screen;
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Outcome;
use crate::ui::fault::{UploadEnd, UploadSign};
use crate::ui::intent::MediaItem;

impl TikTok {
    /// Opens the camera, on the tab on which it opened last.
    pub(crate) fn open_camera(&mut self) {
        self.navigation.home();
        let page = if self.picker.opens_on_templates { Page::Templates } else { Page::Camera };
        self.navigation.go(Screen::Create(page));
    }

    /// Handles a tap on one of these screens.
    pub(crate) fn create(&mut self, action: &str) -> Outcome {
        match action.split_once(':').unwrap_or((action, "")) {
            ("camera", _) => {
                self.picker.opens_on_templates = false;
                self.navigation.leave_screen();
                self.navigation.go(Screen::Create(Page::Camera));
            }
            ("gallery", _) => {
                self.picker.open();
                self.navigation.go(Screen::Create(Page::Gallery));
            }
            ("albums", _) => self.navigation.go(Screen::Create(Page::Albums)),
            ("album", name) => {
                self.picker.show_album(name);
                return self.navigation.leave_screen();
            }
            ("cell", id) => {
                let Ok(id) = id.parse() else { return Outcome::Stay };
                if self.picker.is_multiple {
                    self.navigation.go(Screen::Create(Page::Preview(id)));
                } else {
                    self.picker.toggle(id);
                    self.edit_chosen();
                }
            }
            ("next", _) => self.edit_chosen(),
            (other, id) => self.picker.act(other, id),
        }
        Outcome::Stay
    }

    /// Opens the editor with what is chosen: with images alone a post of images, else a video.
    fn edit_chosen(&mut self) {
        let chosen = self.picker.take_chosen();
        let draft = match chosen.first() {
            Some(_) if chosen.iter().all(MediaItem::is_image) => Draft::of_images(chosen),
            Some(first) => Some(Draft::new(first.clone(), self.account.username())),
            None => None,
        };
        if draft.is_some() {
            self.draft = draft;
            self.begin_options();
            self.navigation.go(Screen::Editor);
        }
    }

    /// Shows how an upload ended that led to no post.
    pub(crate) fn show_upload_end(&mut self, end: UploadEnd) {
        match end {
            UploadEnd::SavedToDrafts => {
                self.navigation.home();
                self.navigation.go(Screen::Create(Page::Drafts));
            }
            UploadEnd::Refused | UploadEnd::Undecodable => self.navigation.dialogs.open_upload_end(end),
        }
    }

    /// Shows where the app stands after Post.
    pub(crate) fn leave_caption_screen(&mut self) {
        self.navigation.home();
        if self.upload_sign != UploadSign::Badge {
            self.navigation.go(Screen::Create(Page::Friends));
        }
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
