//! The script `post`: publishes a video. Its configuration and how it is checked, its spintax, and its run; how TikTok
//! is moved in is the `apps` crate's.

mod config;
mod material;
mod roots;
mod schema;
mod script;
mod spintax;
mod support;

pub use config::{AddSound, ContentType, MaterialSource, Placement, PostConfig, PostWay};
pub use roots::{MaterialRoots, UnusableRoot};
pub use script::Post;
pub use spintax::{Spintax, SpintaxError};
