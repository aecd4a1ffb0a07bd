//! The scripts `follow` and `unfollow`: one user a task, and done only when the user's profile shows it. How TikTok is
//! moved in is the `apps` crate's.

mod config;
mod script;

pub use config::{AccessMethod, Action, FollowConfig, Targets};
pub use script::Follow;
