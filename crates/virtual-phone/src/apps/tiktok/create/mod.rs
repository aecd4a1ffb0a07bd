//! Creating a post inside of the app: the camera, the gallery as a sheet over it with its albums and the preview of an item,
//! and where the app stands while and after it uploads.

pub(crate) mod flow;
pub(crate) mod gallery;
pub(crate) mod page;
pub(crate) mod screens;
