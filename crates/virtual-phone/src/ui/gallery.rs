//! The pictures and videos of the phone as galleries list them: the media library, newest first.

use std::sync::Arc;

use parking_lot::Mutex;

use super::intent::MediaItem;

/// A picture or a video in its album.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GalleryItem {
    /// Its row of the media library.
    pub id: u64,
    /// The name of its folder.
    pub album: String,
    /// The file.
    pub item: MediaItem,
}

/// What the media library holds at the moment. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Gallery(Arc<Mutex<Vec<GalleryItem>>>);

impl Gallery {
    /// Replaces what it holds, the newest first.
    pub fn set(&self, items: Vec<GalleryItem>) {
        *self.0.lock() = items;
    }

    /// All items, the newest first.
    pub fn items(&self) -> Vec<GalleryItem> {
        self.0.lock().clone()
    }
}
