//! Videos from the library and from local folders.

mod library;
mod local_files;
