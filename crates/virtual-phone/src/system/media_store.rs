//! MediaStore: the scanned files, each with the hash of its bytes at that instant.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::filesystem::last_name;
use crate::ui::{Gallery, GalleryItem, MediaItem, MediaSource};

/// The names of the volume `/sdcard`.
const VOLUMES: [&str; 2] = ["external", "external_primary"];

/// The tables of MediaStore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    Video,
    Images,
    Files,
}

impl Collection {
    /// Parses `content://media/VOLUME/…`: the collection, and the row if it names one.
    pub(crate) fn of_uri(uri: &str) -> Option<(Self, Option<u64>)> {
        let path = uri.strip_prefix("content://media/")?;
        let mut names = path.trim_end_matches('/').split('/');
        names.next().filter(|volume| VOLUMES.contains(volume))?;
        let collection = match names.next()? {
            "video" => Self::Video,
            "images" => Self::Images,
            "file" => Self::Files,
            _ => return None,
        };
        if collection != Self::Files {
            names.next().filter(|name| *name == "media")?;
        }
        let row = match names.next() {
            Some(number) => Some(number.parse().ok()?),
            None => None,
        };
        names.next().is_none().then_some((collection, row))
    }

    fn holds(self, entry: &Entry) -> bool {
        match self {
            Self::Video => entry.item.is_video(),
            Self::Images => entry.item.mime.starts_with("image/"),
            Self::Files => true,
        }
    }
}

/// One scanned file.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    /// The file's real path.
    pub(crate) path: String,
    /// Seconds since 1970.
    pub(crate) modified: i64,
    pub(crate) added: i64,
    pub(crate) item: MediaItem,
}

impl Entry {
    /// `content://media/external_primary/video/media/1234`
    pub(crate) fn uri(&self) -> String {
        let table = match self.item.mime.split('/').next() {
            Some("video") => "video/media",
            Some("image") => "images/media",
            _ => "file",
        };
        format!("content://media/external_primary/{table}/{}", self.id)
    }

    /// The value of one of MediaStore's columns. `None` for an unknown column.
    pub(crate) fn column(&self, name: &str) -> Option<String> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let relative = folder.strip_prefix("/storage/emulated/0").unwrap_or(folder).trim_start_matches('/');
        Some(match name {
            "_id" => self.id.to_string(),
            "_display_name" => self.item.display_name.clone(),
            "_data" => self.path.clone(),
            "_size" => self.item.size.to_string(),
            "mime_type" => self.item.mime.clone(),
            "title" => self.item.display_name.split('.').next().unwrap_or("").to_owned(),
            "date_added" => self.added.to_string(),
            "date_modified" => self.modified.to_string(),
            "relative_path" => format!("{relative}/"),
            "bucket_display_name" => last_name(folder).to_owned(),
            "is_pending" | "is_trashed" => "0".to_owned(),
            _ => return None,
        })
    }

    /// The columns that a query without a projection prints.
    pub(crate) const COLUMNS: [&str; 11] = [
        "_id",
        "_display_name",
        "_data",
        "_size",
        "mime_type",
        "title",
        "date_added",
        "date_modified",
        "relative_path",
        "bucket_display_name",
        "is_pending",
    ];
}

/// The scanned files, by number.
#[derive(Debug)]
pub(crate) struct MediaStore {
    entries: BTreeMap<u64, Entry>,
    next: u64,
    gallery: Gallery,
}

impl MediaStore {
    /// An empty store whose numbers begin at one that differs between phones.
    pub(crate) fn new(seed: u64) -> Self {
        Self { entries: BTreeMap::new(), next: 1_000 + seed % 9_000, gallery: Gallery::default() }
    }

    /// Adds a file, or updates it under the same number. `None` for a file that is no medium.
    pub(crate) fn scan(&mut self, path: &str, bytes: &[u8], modified: i64, now: i64) -> Option<&Entry> {
        let name = last_name(path);
        let item = MediaItem {
            display_name: name.to_owned(),
            mime: mime_of(name)?.to_owned(),
            sha256: hex::encode(Sha256::digest(bytes)),
            size: bytes.len() as u64,
        };
        let known =
            self.entries.values().find(|entry| entry.path == path).map(|entry| (entry.id, entry.added));
        let (id, added) = known.unwrap_or_else(|| {
            self.next += 1;
            (self.next, now)
        });
        self.entries.insert(id, Entry { id, path: path.to_owned(), modified, added, item });
        self.refresh_gallery();
        self.entries.get(&id)
    }

    /// The rows of a collection, or the one row, in the order of their numbers.
    pub(crate) fn rows(&self, collection: Collection, row: Option<u64>) -> impl Iterator<Item = &Entry> {
        self.entries
            .values()
            .filter(move |entry| collection.holds(entry) && row.is_none_or(|row| row == entry.id))
    }

    /// Forgets a row.
    pub(crate) fn forget(&mut self, id: u64) {
        self.entries.remove(&id);
        self.refresh_gallery();
    }

    /// Forgets the file at `path`, after its removal.
    pub(crate) fn forget_path(&mut self, path: &str) {
        self.entries.retain(|_, entry| entry.path != path);
        self.refresh_gallery();
    }

    /// What the galleries of apps list; it follows every change.
    pub(crate) fn gallery(&self) -> Gallery {
        self.gallery.clone()
    }

    /// By the time of the file, then by row: which column the app sorts by is assumed.
    fn refresh_gallery(&self) {
        let is_shown =
            |entry: &&Entry| ["image/", "video/"].iter().any(|kind| entry.item.mime.starts_with(kind));
        let mut shown: Vec<&Entry> = self.entries.values().filter(is_shown).collect();
        shown.sort_by_key(|entry| std::cmp::Reverse((entry.modified, entry.id)));
        let listed = |entry: &Entry| GalleryItem {
            id: entry.id,
            album: entry.column("bucket_display_name").unwrap_or_default(),
            item: entry.item.clone(),
        };
        self.gallery.set(shown.into_iter().map(listed).collect());
    }
}

impl MediaSource for MediaStore {
    fn find(&self, uri: &str) -> Option<MediaItem> {
        let (collection, Some(row)) = Collection::of_uri(uri)? else { return None };
        self.rows(collection, Some(row)).next().map(|entry| entry.item.clone())
    }
}

fn mime_of(name: &str) -> Option<&'static str> {
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match extension.as_str() {
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "mkv" => "video/x-matroska",
        "webm" => "video/webm",
        "3gp" => "video/3gpp",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanned_file_is_found_by_its_uri_with_the_hash_of_its_bytes() {
        let mut store = MediaStore::new(1);
        let entry = store.scan("/storage/emulated/0/DCIM/Camera/x.mp4", b"abc", 5, 6).unwrap().clone();
        let found = store.find(&format!("content://media/external/video/media/{}", entry.id)).unwrap();
        assert_eq!(found.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(store.find(&entry.uri()), Some(found));
        assert_eq!(store.find(&format!("content://media/external/images/media/{}", entry.id)), None);
        assert_eq!(store.find("content://media/external/video/media"), None);
        assert_eq!(store.find("file:///storage/emulated/0/DCIM/Camera/x.mp4"), None);
    }

    #[test]
    fn a_file_scanned_again_keeps_its_number() {
        let mut store = MediaStore::new(1);
        let first = store.scan("/a/x.mp4", b"1", 0, 0).unwrap().id;
        let second = store.scan("/a/x.mp4", b"2", 0, 0).unwrap();
        assert_eq!((second.id, second.item.size), (first, 1));
        assert_eq!(store.rows(Collection::Video, None).count(), 1);
        assert!(store.scan("/a/notes.txt", b"", 0, 0).is_none());
    }
}
