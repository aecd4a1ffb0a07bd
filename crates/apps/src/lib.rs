//! The apps that scripts use: what they look like, as data files, and how to move in them. One driver per app, over
//! shared journeys. It knows no tasks and no scripts.

mod capability;
mod caption;
mod driver;
mod instagram;
mod journey;
mod post_options;
mod profile;
mod recent_posts;
mod tiktok;

pub use capability::Capability;
pub use caption::Caption;
pub use driver::{AppDriver, Apps};
pub use instagram::instagram;
pub use journey::{
    Accounts, Confirm, Follow, FollowButton, FollowJourney, KnownAccounts, PostJourney, Publish, Relation,
    Visit,
};
pub use post_options::{Audience, PostOptions, SoundChoice, Volumes};
pub use profile::file::{Profile, ProfileError};
pub use profile::folder::{FolderError, ProfileFolder};
pub use profile::guard::AppGuard;
pub use profile::inspect;
pub use profile::labels::{Labels, LabelsError};
pub use profile::selector_spec::SelectorSpec;
pub use profile::signs::Screen;
pub use profile::summary;
pub use recent_posts::{OtherPosts, Published, RecentPosts};
pub use tiktok::driver::TikTok;
