//! The TikTok-like app.

mod app;
mod dialogs;
mod identity;
mod profiles;
mod screens;
pub(crate) mod state;
