//! The apps of the virtual phone: what they show and what follows from a tap. Windows, focus, the keyboard and
//! drawing are left to `ui`.

pub mod chooser;
pub mod launcher;
pub mod plain;
pub mod tiktok;

use crate::ui::app::App;
use crate::ui::window::tasks::Tasks;

/// The apps of a fresh phone whose account has this name; `seed` decides what is left to chance.
pub(crate) fn install(username: &str, seed: u64) -> Tasks {
    let others: Vec<Box<dyn App>> = vec![
        Box::new(tiktok::TikTok::new(username, seed)),
        Box::new(plain::bluetooth()),
        Box::new(plain::settings()),
    ];
    let entries = others.iter().map(|app| app.identity()).collect();
    Tasks::new(Box::new(launcher::Launcher::new(entries)), others)
}
