//! The activity manager: the installed apps, those that run, and the activity in front.

pub(crate) mod activities;
pub mod apps;
pub(crate) mod chooser;
pub mod tasks;
