//! The TikTok-like app.

mod actions;
mod app;
mod create;
mod dialogs;
mod faults;
mod identity;
mod navigation;
mod options;
mod people;
mod profiles;
mod requests;
mod screens;
pub(crate) mod state;
