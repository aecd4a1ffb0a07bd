//! The files of the material library: one folder of the data directory, in which the server generates every name. The
//! materials themselves are rows of the database.

pub(crate) mod incoming;
mod startup_cleanup;
mod temp_file;
pub(crate) mod thumbnail;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tikmatrix_domain::{MaterialFile, MediaType};
use tikmatrix_storage::Store;
use tokio::sync::Semaphore;

use crate::materials::library::incoming::{Incoming, Received};
use crate::materials::library::temp_file::TempFile;
use crate::materials::library::thumbnail::Unusable;
use crate::start_error::StartError;

/// The folder of the files of materials.
pub(crate) struct Library {
    folder: PathBuf,
    max_size: u64,
    /// Images are decoded one at a time: each of them may need much memory.
    decoder: Arc<Semaphore>,
}

/// The files of a new material, removed when they are dropped unless they are kept.
pub(crate) struct NewFiles {
    /// The description for the database.
    pub(crate) file: MaterialFile,
    content: TempFile,
    thumbnail: Option<TempFile>,
}

impl Library {
    /// Creates the folder if there is none, and removes what a server that crashed left in it.
    pub(crate) async fn open(folder: PathBuf, max_size: u64, store: &Store) -> Result<Self, StartError> {
        let known = store.materials().files().await?;
        let path = folder.clone();
        let unusable = |source| StartError::DataDirectory { path: folder.clone(), source };
        let cleaned = tokio::task::spawn_blocking(move || startup_cleanup::begin(&path, known));
        cleaned.await.map_err(|error| unusable(io::Error::other(error)))?.map_err(unusable)?;
        Ok(Self { folder, max_size, decoder: Arc::new(Semaphore::new(1)) })
    }

    /// The largest file that it accepts, in bytes.
    pub(crate) fn max_size(&self) -> u64 {
        self.max_size
    }

    /// The path of a file.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Starts to receive a file.
    pub(crate) async fn begin(&self) -> io::Result<Incoming> {
        Incoming::begin(self.folder.join(format!(
            "{:032x}.{}",
            rand::random::<u128>(),
            startup_cleanup::UNFINISHED
        )))
        .await
    }

    /// Gives the files of a received material their final names, and makes the thumbnail: of `cover` or, without one, of the
    /// image itself.
    pub(crate) async fn settle(
        &self,
        name: String,
        received: Received,
        cover: Option<(Received, MediaType)>,
        media_type: MediaType,
    ) -> Result<NewFiles, Unusable> {
        let broken = |error: tokio::task::JoinError| Unusable::Io(io::Error::other(error));
        let one_at_a_time = Arc::clone(&self.decoder).acquire_owned().await.map_err(io::Error::other)?;
        let stem = self.folder.join(format!("{:032x}", rand::random::<u128>()));
        let settled = tokio::task::spawn_blocking(move || {
            let _one_at_a_time = one_at_a_time;
            settle(&stem, name, received, cover.as_ref(), media_type)
        });
        settled.await.map_err(broken)?
    }

    /// Removes the files of a deleted material. What cannot be removed now is removed at the next start.
    pub(crate) async fn remove(&self, file: &MaterialFile) {
        let names = [Some(&file.file), file.thumbnail.as_ref()];
        let paths: Vec<PathBuf> = names.into_iter().flatten().map(|name| self.path(name)).collect();
        let removing = tokio::task::spawn_blocking(move || {
            for path in paths {
                if let Err(error) = std::fs::remove_file(&path) {
                    log::warn!("the file {} of a deleted material stays for now: {error}", path.display());
                }
            }
        });
        if let Err(error) = removing.await {
            log::warn!("the files of a deleted material stay for now: {error}");
        }
    }
}

impl NewFiles {
    /// Keeps the files.
    pub(crate) fn keep(self) {
        self.content.keep();
        if let Some(thumbnail) = self.thumbnail {
            thumbnail.keep();
        }
    }
}

/// Blocks.
fn settle(
    stem: &Path,
    name: String,
    received: Received,
    cover: Option<&(Received, MediaType)>,
    media_type: MediaType,
) -> Result<NewFiles, Unusable> {
    let Received { mut content, size, sha256 } = received;
    let picture = match cover {
        Some((cover, media_type)) => Some((cover.content.path(), *media_type)),
        None => Some((content.path(), media_type)),
    };
    let thumbnail = match picture.and_then(|(path, of)| Some((path, thumbnail::format(of)?))) {
        Some((path, format)) => {
            let made = TempFile::new(stem.with_extension("thumbnail.jpg"));
            thumbnail::make(path, format, made.path())?;
            Some(made)
        }
        None => None,
    };
    // An image with a cover of its own has to be readable too.
    if let (Some(_), Some(format)) = (cover, thumbnail::format(media_type)) {
        thumbnail::check(content.path(), format)?;
    }
    content.rename(stem.with_extension(media_type.extension()))?;
    let label = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let file = MaterialFile {
        name,
        file: label(content.path()),
        thumbnail: thumbnail.as_ref().map(|made| label(made.path())),
        media_type,
        size,
        sha256,
    };
    Ok(NewFiles { file, content, thumbnail })
}
