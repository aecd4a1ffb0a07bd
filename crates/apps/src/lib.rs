//! What TikTok and Instagram look like, as data files, and how one moves in them: screens, elements, popups, journeys.
//! It knows no tasks and no scripts.

mod guard;
pub mod inspect;
mod profile;
pub mod tiktok;
mod written;

pub use guard::AppGuard;
pub use profile::{Profile, ProfileError, ProfileName, Screen};
pub use written::Written;
