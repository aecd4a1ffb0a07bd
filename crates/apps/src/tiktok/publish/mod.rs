//! Publishing: into the app by the share sheet or by its gallery, the caption screen, Post, and the end of the upload.

mod create_elements;
mod gallery;
mod picture_grid;
pub(crate) mod publishing;
mod taps;
mod upload;
