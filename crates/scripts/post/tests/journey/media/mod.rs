//! Posts of images, by the app's gallery, and what follows a tap on Post.

mod gallery;
mod images;
mod upload_ends;
