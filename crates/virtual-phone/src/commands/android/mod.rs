//! Android's tools: activities, packages, providers, services, the screen.

pub(crate) mod activity;
pub(crate) mod app_process;
pub(crate) mod content;
pub(crate) mod display;
pub(crate) mod dumpsys;
pub(crate) mod getprop;
pub(crate) mod input;
mod intents;
pub(crate) mod package;
pub(crate) mod settings;
mod where_clause;
