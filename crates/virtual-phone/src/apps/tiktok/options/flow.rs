//! What taps and swipes on these sheets change.

use crate::apps::tiktok::create::page::Page;
use crate::apps::tiktok::navigation::Screen;
use crate::apps::tiktok::options::Sheet;
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Swipe;
use crate::ui::fault::OptionFault;
use crate::ui::report::Visibility;

/// The first sound of the sheet.
const SUGGESTED: &str = "Sunny Morning - The Waves";
/// Any other sound.
const OTHER: &str = "Another Song - Other Artist";
/// The product of the list.
const PRODUCT: &str = "Sample Mug";
/// From the left end of a slider to its right one.
const SLIDER: (i32, i32) = (380, 999);
/// The rows of the two sliders.
const ORIGINAL_ROW: std::ops::Range<i32> = 1720..1860;
const ADDED_ROW: std::ops::Range<i32> = 1880..2020;

/// Begins a new draft: nothing is set but what is so by default.
pub(crate) fn begin(app: &mut TikTok) {
    app.options.close();
    app.options.left = None;
    app.options.is_scrolled = false;
    let used = app.options.used_sound.take();
    if let Some(draft) = &mut app.draft {
        if app.options.has(OptionFault::PrivateByDefault) {
            draft.settings.visibility = Visibility::Private;
        }
        if used.is_some() {
            draft.sound = used;
        }
    }
}

/// Handles a tap on one of these sheets, or on what opens one.
pub(crate) fn act(app: &mut TikTok, action: &str) {
    if app.options.message.take().is_some() && action == "dismiss" {
        return;
    }
    match action.split_once(':').unwrap_or((action, "")) {
        ("close", _) => app.options.close(),
        ("back", _) => _ = app.options.sheets.pop(),
        ("audiences", _) => app.options.sheets.push(Sheet::Audience),
        ("audience", audience) => choose_audience(app, audience),
        ("more", _) => app.options.sheets.push(Sheet::MoreOptions),
        ("ai", _) if app.options.has(OptionFault::AiNotice) => {
            app.options.message = Some("Your post will be labelled as AI-generated");
        }
        ("ai" | "ai_agreed", _) => toggle_ai(app),
        ("sounds", _) => app.options.sheets.push(Sheet::Sounds),
        ("search", _) => {
            app.options.words.clear();
            app.options.sheets.push(Sheet::SoundSearch { has_results: false });
        }
        ("results", _) => show_results(app),
        ("suggested", _) => take_sound(app, SUGGESTED.to_owned()),
        ("result", _) => {
            let words = app.options.words.clone();
            take_sound(app, words);
        }
        ("other", _) => take_sound(app, OTHER.to_owned()),
        ("volumes", _) => app.options.sheets.push(Sheet::Volumes),
        ("use", _) => use_sound(app),
        ("suggestion", text) => take_suggestion(app, text),
        (other, _) => link(app, other),
    }
}

/// Handles BACK. `false` when nothing of this part of the app is open.
pub(crate) fn leave(app: &mut TikTok) -> bool {
    if app.options.message.take().is_some() || app.options.sheets.pop().is_some() {
        return true;
    }
    let is_open = suggests(app);
    if is_open {
        app.options.left = app.draft.as_ref().map(|draft| draft.description.clone());
    }
    is_open
}

/// Handles a swipe: over a slider, or over the caption screen.
pub(crate) fn swipe(app: &mut TikTok, swipe: Swipe) {
    let (left, right) = SLIDER;
    match (app.options.sheet(), &mut app.draft) {
        (Some(Sheet::Volumes), Some(draft)) => {
            let per_cent = (swipe.to.0.clamp(left, right) - left) * 100 / (right - left);
            let volume = u32::try_from(per_cent).unwrap_or_default();
            if ORIGINAL_ROW.contains(&swipe.from.1) {
                draft.settings.origin_sound_volume = volume;
            } else if ADDED_ROW.contains(&swipe.from.1) {
                draft.settings.add_sound_volume = volume;
            }
        }
        (None, _) if matches!(app.navigation.screen(), Screen::Caption) => {
            app.options.is_scrolled = swipe.upward() > 0;
        }
        _ => {}
    }
}

/// Whether a list of hashtags or people is open: the description ends within one, and its list was not left.
pub(crate) fn suggests(app: &TikTok) -> bool {
    let Some(draft) = app.draft.as_ref().filter(|_| matches!(app.navigation.screen(), Screen::Caption))
    else {
        return false;
    };
    let last = draft.description.split_whitespace().next_back().unwrap_or_default();
    let is_within = !draft.description.ends_with(char::is_whitespace)
        && last.len() > 1
        && last.starts_with(['#', '@'])
        && last.chars().skip(1).all(|it| it.is_alphanumeric() || it == '_' || it == '.');
    is_within && app.options.left.as_ref() != Some(&draft.description)
}

fn choose_audience(app: &mut TikTok, audience: &str) {
    if app.options.has(OptionFault::AudienceRefused) {
        return;
    }
    if let Some(draft) = &mut app.draft {
        draft.settings.visibility = match audience {
            "friends" => Visibility::Friends,
            "private" => Visibility::Private,
            _ => Visibility::Public,
        };
    }
}

fn toggle_ai(app: &mut TikTok) {
    if let Some(draft) = app.draft.as_mut().filter(|_| !app.options.has(OptionFault::AiLabelRefused)) {
        draft.settings.ai_label = !draft.settings.ai_label;
    }
}

fn show_results(app: &mut TikTok) {
    app.options.sheets.pop();
    app.options.sheets.push(Sheet::SoundSearch { has_results: true });
}

fn take_sound(app: &mut TikTok, name: String) {
    app.options.close();
    let name = if app.options.has(OptionFault::OtherSound) { OTHER.to_owned() } else { name };
    app.draft.iter_mut().for_each(|draft| draft.sound = Some(name.clone()));
}

fn use_sound(app: &mut TikTok) {
    if let Screen::Sound(name) = app.navigation.screen() {
        app.options.used_sound = Some(name.clone());
        app.navigation.home();
        app.navigation.go(Screen::Create(Page::Camera));
    }
}

fn take_suggestion(app: &mut TikTok, text: &str) {
    if let Some(draft) = &mut app.draft {
        let start = draft.description.rfind(['#', '@']).unwrap_or_default();
        draft.description.truncate(start);
        draft.description.push_str(text);
        draft.description.push(' ');
    }
}

fn link(app: &mut TikTok, action: &str) {
    let options = &mut app.options;
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
            app.draft.iter_mut().for_each(|draft| draft.settings.product.clone_from(&product));
        }
        _ => {}
    }
}
