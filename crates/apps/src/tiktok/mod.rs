//! TikTok's journeys, made of the elements of its profile.

mod accounts;
mod confirm;
pub(crate) mod driver;
mod elements;
mod follow;
mod grid;
mod options;
mod own_profile;
mod post_count;
mod publish;
mod screens;
