//! The script `post`: publishes a video. Its configuration and how it is checked, and its run; how TikTok
//! is moved in is the `apps` crate's.

mod allowed_roots;
mod app_options;
mod captions;
mod config;
mod earlier_attempt;
mod material;
mod options;
mod script;

pub use allowed_roots::{MaterialRoots, UnusableRoot};
pub use captions::{CaptionFormat, Captions};
pub use config::{
    AddProductLink, AddSound, ContentType, MaterialSource, Placement, PostConfig, PostWay, TagList,
    Visibility,
};
pub use script::Post;
