//! Requests of other apps: media that they share, and links.

use chrono::{DateTime, Utc};

use crate::apps::social::account::Draft;
use crate::apps::tiktok::identity::{LINK_ACTIVITY, SHARE_ACTIVITY};
use crate::apps::tiktok::navigation::{Navigation, Screen};
use crate::apps::tiktok::options;
use crate::apps::tiktok::state::TikTok;
use crate::ui::intent::{ACTION_SEND_MULTIPLE, Delivery};

/// The sound of a page that there is not.
const MISSING: &str = "missing";

/// Shows what a request asks for. One without media and without a link only starts the app.
pub(crate) fn open(app: &mut TikTok, delivery: &Delivery, now: DateTime<Utc>) {
    app.navigation.start();
    match delivery.class.as_str() {
        SHARE_ACTIVITY => share(app, delivery, now),
        LINK_ACTIVITY => {
            let link = delivery.intent.data.as_deref().unwrap_or_default();
            if !open_sound(&mut app.navigation, link) {
                app.navigation.open_link(link, app.account.username());
            }
        }
        _ => {}
    }
}

/// Opens the editor with a shared video or image. A request for several items has a list of them, which `am` cannot
/// make, and no single one.
fn share(app: &mut TikTok, delivery: &Delivery, now: DateTime<Utc>) {
    let is_single = delivery.intent.action.as_deref() != Some(ACTION_SEND_MULTIPLE);
    let draft = match delivery.media.clone().filter(|_| is_single) {
        Some(media) if media.is_video() => Some(Draft::new(media, app.account.username())),
        Some(media) if media.is_image() => Draft::of_images(vec![media]),
        _ => None,
    };
    if draft.is_none() {
        app.navigation.say("Couldn't load the video. Try another one.", now);
        return;
    }
    // The draft of before is gone: what is shared starts a new one.
    app.draft = draft;
    options::flow::begin(app);
    app.navigation.home();
    app.navigation.go(Screen::Editor);
}

/// Opens the page of a sound. `false` when the link leads to none.
fn open_sound(navigation: &mut Navigation, link: &str) -> bool {
    let Some(name) = options::sound_of(link) else { return false };
    navigation.home();
    navigation.go(if name == MISSING {
        Screen::Message { text: "This sound isn’t available", until: None }
    } else {
        Screen::Sound(name)
    });
    true
}
