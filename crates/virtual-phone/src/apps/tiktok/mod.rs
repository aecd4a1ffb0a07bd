//! The TikTok-like app.

mod app;
mod create;
mod dialogs;
mod identity;
mod navigation;
mod options;
mod people;
mod profiles;
mod screens;
pub(crate) mod state;
