//! TikTok's journeys, made of the elements of its profile.

mod confirm;
pub(crate) mod driver;
mod elements;
mod follow;
mod post_count;
mod publish;
mod recent_posts;
