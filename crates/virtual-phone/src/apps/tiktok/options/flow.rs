//! What taps and swipes on these sheets change.

use crate::apps::tiktok::create::page::Page;
use crate::apps::tiktok::navigation::Screen;
use crate::apps::tiktok::options::{Sheet, sound_of};
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Swipe;
use crate::ui::fault::OptionFault;
use crate::ui::report::Visibility;

/// The first sound of the sheet.
const SUGGESTED: &str = "Sunny Morning - The Waves";
/// Any other sound.
const OTHER: &str = "Another Song - Other Artist";
/// The sound of a page that there is not.
const MISSING: &str = "missing";
/// The product of the list.
const PRODUCT: &str = "Sample Mug";
/// From the left end of a slider to its right one.
const SLIDER: (i32, i32) = (380, 999);
/// The rows of the two sliders.
const ORIGINAL_ROW: std::ops::Range<i32> = 1720..1860;
const ADDED_ROW: std::ops::Range<i32> = 1880..2020;

impl TikTok {
    /// Begins a new draft: nothing is set but what is so by default.
    pub(crate) fn begin_options(&mut self) {
        self.options.close();
        self.options.left = None;
        self.options.is_scrolled = false;
        let used = self.options.used_sound.take();
        if let Some(draft) = &mut self.draft {
            if self.options.has(OptionFault::PrivateByDefault) {
                draft.settings.visibility = Visibility::Private;
            }
            if used.is_some() {
                draft.sound = used;
            }
        }
    }

    /// Opens the page of a sound. `false` when the link leads to none.
    pub(crate) fn open_sound(&mut self, link: &str) -> bool {
        let Some(name) = sound_of(link) else { return false };
        self.navigation.home();
        self.navigation.go(if name == MISSING {
            Screen::Message { text: "This sound isn’t available", until: None }
        } else {
            Screen::Sound(name)
        });
        true
    }

    /// Handles a tap on one of these sheets, or on what opens one.
    pub(crate) fn option(&mut self, action: &str) {
        if self.options.message.take().is_some() && action == "dismiss" {
            return;
        }
        match action.split_once(':').unwrap_or((action, "")) {
            ("close", _) => self.options.close(),
            ("back", _) => _ = self.options.sheets.pop(),
            ("audiences", _) => self.options.sheets.push(Sheet::Audience),
            ("audience", audience) => self.choose_audience(audience),
            ("more", _) => self.options.sheets.push(Sheet::MoreOptions),
            ("ai", _) if self.options.has(OptionFault::AiNotice) => {
                self.options.message = Some("Your post will be labelled as AI-generated");
            }
            ("ai" | "ai_agreed", _) => self.toggle_ai(),
            ("sounds", _) => self.options.sheets.push(Sheet::Sounds),
            ("search", _) => {
                self.options.words.clear();
                self.options.sheets.push(Sheet::SoundSearch { has_results: false });
            }
            ("results", _) => self.show_results(),
            ("suggested", _) => self.take_sound(SUGGESTED.to_owned()),
            ("result", _) => self.take_sound(self.options.words.clone()),
            ("other", _) => self.take_sound(OTHER.to_owned()),
            ("volumes", _) => self.options.sheets.push(Sheet::Volumes),
            ("use", _) => self.use_sound(),
            ("suggestion", text) => self.take_suggestion(text),
            (other, _) => self.link(other),
        }
    }

    /// Handles BACK. `false` when nothing of this part of the app is open.
    pub(crate) fn leave_option(&mut self) -> bool {
        if self.options.message.take().is_some() || self.options.sheets.pop().is_some() {
            return true;
        }
        let is_open = self.suggests();
        if is_open {
            self.options.left = self.draft.as_ref().map(|draft| draft.description.clone());
        }
        is_open
    }

    /// Handles a swipe: over a slider, or over the caption screen.
    pub(crate) fn swipe_options(&mut self, swipe: Swipe) {
        let (left, right) = SLIDER;
        match (self.options.sheet(), &mut self.draft) {
            (Some(Sheet::Volumes), Some(draft)) => {
                let per_cent = (swipe.to.0.clamp(left, right) - left) * 100 / (right - left);
                let volume = u32::try_from(per_cent).unwrap_or_default();
                if ORIGINAL_ROW.contains(&swipe.from.1) {
                    draft.settings.origin_sound_volume = volume;
                } else if ADDED_ROW.contains(&swipe.from.1) {
                    draft.settings.add_sound_volume = volume;
                }
            }
            (None, _) if matches!(self.navigation.screen(), Screen::Caption) => {
                self.options.is_scrolled = swipe.upward() > 0;
            }
            _ => {}
        }
    }

    /// Whether a list of hashtags or people is open: the description ends within one, and its list was not left.
    pub(crate) fn suggests(&self) -> bool {
        let Some(draft) = self.draft.as_ref().filter(|_| matches!(self.navigation.screen(), Screen::Caption))
        else {
            return false;
        };
        let last = draft.description.split_whitespace().next_back().unwrap_or_default();
        let is_within = !draft.description.ends_with(char::is_whitespace)
            && last.len() > 1
            && last.starts_with(['#', '@'])
            && last.chars().skip(1).all(|it| it.is_alphanumeric() || it == '_' || it == '.');
        is_within && self.options.left.as_ref() != Some(&draft.description)
    }

    fn choose_audience(&mut self, audience: &str) {
        if self.options.has(OptionFault::AudienceRefused) {
            return;
        }
        if let Some(draft) = &mut self.draft {
            draft.settings.visibility = match audience {
                "friends" => Visibility::Friends,
                "private" => Visibility::Private,
                _ => Visibility::Public,
            };
        }
    }

    fn toggle_ai(&mut self) {
        if let Some(draft) = self.draft.as_mut().filter(|_| !self.options.has(OptionFault::AiLabelRefused)) {
            draft.settings.ai_label = !draft.settings.ai_label;
        }
    }

    fn show_results(&mut self) {
        self.options.sheets.pop();
        self.options.sheets.push(Sheet::SoundSearch { has_results: true });
    }

    fn take_sound(&mut self, name: String) {
        self.options.close();
        let name = if self.options.has(OptionFault::OtherSound) { OTHER.to_owned() } else { name };
        self.draft.iter_mut().for_each(|draft| draft.sound = Some(name.clone()));
    }

    fn use_sound(&mut self) {
        if let Screen::Sound(name) = self.navigation.screen() {
            self.options.used_sound = Some(name.clone());
            self.navigation.home();
            self.navigation.go(Screen::Create(Page::Camera));
        }
    }

    fn take_suggestion(&mut self, text: &str) {
        if let Some(draft) = &mut self.draft {
            let start = draft.description.rfind(['#', '@']).unwrap_or_default();
            draft.description.truncate(start);
            draft.description.push_str(text);
            draft.description.push(' ');
        }
    }

    fn link(&mut self, action: &str) {
        let options = &mut self.options;
        let has = |fault| options.has(fault);
        match action {
            "link" => options.sheets.push(Sheet::Link),
            "products" if has(OptionFault::BarredFromSelling) => {
                options.message = Some("Your account can’t link products");
            }
            "products" => options.sheets.push(Sheet::Products),
            "product" if has(OptionFault::SoldOut) => options.message = Some("This product is sold out"),
            "product" if has(OptionFault::ProductUnavailable) => {
                options.message = Some("This product is unavailable");
            }
            "product" => {
                PRODUCT.clone_into(&mut options.product);
                options.sheets.push(Sheet::ProductName);
            }
            "add" if has(OptionFault::ProductNameRefused) => {
                options.message = Some("This name can’t be used for a product");
            }
            "add" => {
                let product = Some(options.product.clone());
                options.close();
                self.draft.iter_mut().for_each(|draft| draft.settings.product.clone_from(&product));
            }
            _ => {}
        }
    }
}
