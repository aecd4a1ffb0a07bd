//! These sheets as they look, and what they change of the caption screen.

use std::sync::LazyLock;

use crate::apps::tiktok::identity::PACKAGE;
use crate::apps::tiktok::options::Sheet;
use crate::apps::tiktok::options::flow::suggests;
use crate::apps::tiktok::state::TikTok;
use crate::ui::app::Scene;
use crate::ui::fault::OptionFault;
use crate::ui::layout::{Layout, Values};
use crate::ui::report::{PostSettings, Visibility};
use crate::ui::view::View;

macro_rules! layout {
    ($name:ident, $file:literal) => {
        static $name: LazyLock<Layout> = LazyLock::new(|| {
            Layout::carried(PACKAGE, include_str!(concat!("../../../../layouts/", $file, ".xml")))
        });
    };
}

layout!(AUDIENCE, "tiktok_options/audience");
layout!(MORE_OPTIONS, "tiktok_options/more_options");
layout!(SOUNDS, "tiktok_options/sounds");
layout!(SOUND_SEARCH, "tiktok_options/sound_search");
layout!(VOLUMES, "tiktok_options/volumes");
layout!(SOUND_PAGE, "tiktok_options/sound_page");
layout!(LINK, "tiktok_options/link");
layout!(PRODUCTS, "tiktok_options/products");
layout!(PRODUCT_NAME, "tiktok_options/product_name");
layout!(SUGGESTIONS, "tiktok_options/suggestions");
layout!(MESSAGE, "tiktok/popup_one_button");

const TIP: &str = "Writing a long description can help get 3x more views on average.";
const HINT: &str = "Add description. Share your thoughts";

/// The window over the caption screen: what the app says, or a sheet.
pub(crate) fn sheet(app: &TikTok, activity: &str) -> Option<Scene> {
    let (name, root) = match (app.options.message, app.options.sheet()) {
        (Some(text), _) => {
            let (button, action) = if text.contains("AI-generated") {
                ("Turn on", "option:ai_agreed")
            } else {
                ("OK", "option:dismiss")
            };
            let values = Values::new().text("message", text).text("yes", button).text("yes_action", action);
            ("option message".to_owned(), MESSAGE.build(&values))
        }
        (None, Some(sheet)) if !sheet.is_over_editor() => (app.options.name(), root(app, sheet)),
        (None, _) => return None,
    };
    let (package, activity) = (PACKAGE.to_owned(), activity.to_owned());
    Some(Scene { package, activity, name, animated: false, root })
}

/// The editor with the sheet over it, whose signs stay in the tree.
pub(crate) fn over_editor(app: &TikTok, mut editor: View) -> View {
    editor.children.extend(app.options.sheet().map(|sheet| root(app, sheet)));
    editor
}

/// The page of a sound.
pub(crate) fn sound_page(name: &str) -> View {
    SOUND_PAGE.build(&Values::new().text("title", name))
}

/// The values of the caption screen with what is set.
pub(crate) fn caption_values(app: &TikTok, values: Values) -> Values {
    let settings = settings(app);
    let has = |fault| app.options.has(fault);
    let is_in_sight = !has(OptionFault::SmallScreen) || app.options.is_scrolled;
    let audience = match settings.visibility {
        Visibility::Public => "Everyone can view this post",
        Visibility::Friends => "Friends can view this post",
        Visibility::Private => "Only you can view this post",
    };
    let (link, link_text) = match &settings.product {
        Some(product) => (format!("Product: {product}"), format!("Product: {product}")),
        None => ("Add link".to_owned(), "Add link ".to_owned()),
    };
    values
        .flag("has_title", !has(OptionFault::NoTitle))
        .text("hint", if has(OptionFault::Tip) { TIP } else { HINT })
        .flag("suggestions", suggests(app))
        .text("audience", if is_in_sight { audience } else { "" })
        .flag("link_row", is_in_sight && !has(OptionFault::LinkMissing))
        .text("link", link)
        .text("link_text", link_text)
}

/// The caption screen with the list of hashtags or people, if it is open.
pub(crate) fn with_suggestions(app: &TikTok, mut caption: View) -> View {
    if suggests(app) {
        let description = app.draft.as_ref().map_or("", |draft| draft.description.as_str());
        let typed = description.split_whitespace().next_back().unwrap_or_default();
        let values = Values::new().text("first_below", "1.2B views").text("second_below", "310K views");
        let values = match typed.strip_prefix('@') {
            Some(name) => values.text("first", format!("{name}_1")).text("second", name),
            None => values.text("first", format!("{typed}video")).text("second", typed),
        };
        caption.children.push(SUGGESTIONS.build(&values));
    }
    caption
}

fn root(app: &TikTok, sheet: Sheet) -> View {
    let settings = settings(app);
    let has = |fault| app.options.has(fault);
    match sheet {
        Sheet::Audience => AUDIENCE.build(&Values::new()),
        Sheet::MoreOptions => MORE_OPTIONS.build(
            &Values::new()
                .flag("ai", settings.ai_label)
                .flag("ai_row", !has(OptionFault::AiLabelMissing))
                .flag("saved", true),
        ),
        Sheet::Sounds => SOUNDS.build(&Values::new()),
        Sheet::SoundSearch { has_results } => SOUND_SEARCH.build(
            &Values::new()
                .text("words", &app.options.words)
                .flag("none", has_results && has(OptionFault::NoSound))
                .flag("found", has_results && !has(OptionFault::NoSound)),
        ),
        Sheet::Volumes => VOLUMES.build(
            &Values::new()
                .text("original", settings.origin_sound_volume.to_string())
                .text("added", settings.add_sound_volume.to_string()),
        ),
        Sheet::Link => LINK.build(&Values::new()),
        Sheet::Products => PRODUCTS.build(&Values::new().flag("none", has(OptionFault::NoProduct))),
        Sheet::ProductName => PRODUCT_NAME.build(&Values::new().text("product", &app.options.product)),
    }
}

fn settings(app: &TikTok) -> PostSettings {
    app.draft.as_ref().map(|draft| draft.settings.clone()).unwrap_or_default()
}
