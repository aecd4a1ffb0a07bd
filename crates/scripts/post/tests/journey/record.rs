//! A record of materials in memory: what there is to take, and the calls that a script made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use tikmatrix_device::script::{LibraryMaterial, Materials, MaterialsError, async_trait};
use tikmatrix_domain::{
    LocalFile, Material, MaterialDetails, MaterialFile, MaterialId, MaterialQuery, MaterialUse, MediaType,
};

#[derive(Default)]
pub(crate) struct Record {
    library: Mutex<Vec<LibraryMaterial>>,
    taken: Mutex<BTreeSet<String>>,
    turns: Mutex<BTreeMap<String, u64>>,
    calls: Mutex<Vec<String>>,
    is_broken: Mutex<bool>,
}

impl Record {
    /// Puts a video with this caption of its own into the library.
    pub(crate) fn add(&self, path: PathBuf, caption: &str) {
        self.add_of_type(path, caption, MediaType::Mp4);
    }

    /// Puts a material with this caption of its own into the library.
    pub(crate) fn add_of_type(&self, path: PathBuf, caption: &str, media_type: MediaType) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let file = MaterialFile {
            file: name.clone(),
            name,
            thumbnail: None,
            media_type,
            size: 1,
            sha256: String::new(),
        };
        let details = MaterialDetails { caption: caption.to_owned(), ..MaterialDetails::default() };
        let at = DateTime::<Utc>::default();
        let material = Material {
            id: MaterialId(7),
            file,
            details,
            usage: MaterialUse::Unused,
            created_at: at,
            updated_at: at,
        };
        self.library.lock().unwrap().push(LibraryMaterial { material, path });
    }

    /// Cannot be reached from now on.
    pub(crate) fn break_down(&self) {
        *self.is_broken.lock().unwrap() = true;
    }

    /// What was asked of it so far, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn call(&self, what: impl Into<String>) -> Result<(), MaterialsError> {
        if *self.is_broken.lock().unwrap() {
            return Err(MaterialsError::Unavailable {
                reason: "the disk is full".to_owned(),
                transient: true,
            });
        }
        self.calls.lock().unwrap().push(what.into());
        Ok(())
    }
}

#[async_trait]
impl Materials for Record {
    async fn take(&self, wish: MaterialQuery, _chance: u64) -> Result<Vec<LibraryMaterial>, MaterialsError> {
        let tags: Vec<String> = wish.tags.iter().map(ToString::to_string).collect();
        let username = wish.username.map(|name| name.to_string()).unwrap_or_default();
        self.call(format!("take {} {} [{}] {username}", wish.count, wish.kind.as_str(), tags.join(" ")))?;
        let mut library = self.library.lock().unwrap();
        let count = usize::try_from(wish.count).unwrap();
        let rest = library.len().checked_sub(count).ok_or(MaterialsError::TooFew { found: library.len() })?;
        Ok(library.split_off(rest))
    }

    async fn take_file(
        &self,
        files: Vec<LocalFile>,
        _chance: u64,
    ) -> Result<Option<LocalFile>, MaterialsError> {
        let mut taken = self.taken.lock().unwrap();
        let chosen = files.into_iter().find(|file| taken.insert(file.path.clone()));
        if chosen.is_some() {
            self.call("take a file")?;
        }
        Ok(chosen)
    }

    async fn take_turn(&self, source: String) -> Result<u64, MaterialsError> {
        self.call(format!("turn of {source}"))?;
        let mut turns = self.turns.lock().unwrap();
        let next = turns.entry(source).or_default();
        let turn = *next;
        *next += 1;
        Ok(turn)
    }
}
