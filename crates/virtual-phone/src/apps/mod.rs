//! The simulated apps: what they show and how they react to taps. A further app is a folder here, beside `tiktok`, its
//! layouts, and a line in [`fresh_screen`].

mod launcher;
mod plain;
mod social;
mod tiktok;

use chrono::{DateTime, Utc};

use crate::ui::activity::apps::Apps;
use crate::ui::activity::tasks::Tasks;
use crate::ui::app::App;
use crate::ui::gallery::Gallery;
use crate::ui::window::window_system::WindowSystem;

/// The screen of a fresh phone whose apps are signed in to the account `username`. `seed` decides what differs between
/// phones. The galleries of its apps are empty.
#[must_use]
pub fn fresh_screen(username: &str, seed: u64, now: DateTime<Utc>) -> WindowSystem {
    screen_with_gallery(username, seed, Gallery::default(), now)
}

/// The same with what the galleries of its apps list.
#[must_use]
pub fn screen_with_gallery(username: &str, seed: u64, gallery: Gallery, now: DateTime<Utc>) -> WindowSystem {
    let others: Vec<Box<dyn App>> = vec![
        Box::new(tiktok::state::TikTok::new(username, seed, gallery)),
        Box::new(plain::bluetooth()),
        Box::new(plain::settings()),
    ];
    let entries = others.iter().map(|app| app.identity()).collect();
    let apps = Apps::new(Box::new(launcher::Launcher::new(entries)), others);
    WindowSystem::new(Tasks::new(apps), seed, now)
}
