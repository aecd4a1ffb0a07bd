//! What TikTok and Instagram look like, as data files, and how to move in them: screens, elements, popups, journeys.
//! It knows no tasks and no scripts.

mod profile;
pub mod tiktok;

pub use profile::file::{Profile, ProfileError, ProfileName, Screen};
pub use profile::guard::AppGuard;
pub use profile::inspect;
pub use profile::selector_spec::SelectorSpec;
