//! The TikTok-like app.

mod app;
mod dialogs;
mod identity;
mod navigation;
mod people;
mod profiles;
mod screens;
pub(crate) mod state;
