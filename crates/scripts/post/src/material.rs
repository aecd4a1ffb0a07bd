//! The files that are published: which of a list is taken, and whether it can be. All of it is decided before the phone
//! is touched.

use std::io::ErrorKind;
use std::path::PathBuf;

use tikmatrix_device::script::{Context, Failure, LogLevel};
use tokio::fs::File;

use crate::roots::MaterialRoots;

/// A video file that was opened.
#[derive(Debug)]
pub(crate) struct Video {
    pub(crate) file: File,
    /// In bytes.
    pub(crate) length: u64,
}

/// Opens the first file of the list that exists. A path is used exactly as its user wrote it.
pub(crate) async fn choose(
    paths: &[String],
    roots: &MaterialRoots,
    context: &Context,
) -> Result<Video, Failure> {
    let mut missing: Vec<&str> = Vec::new();
    for path in paths {
        match open(path, roots).await? {
            Some(video) => {
                for absent in missing {
                    context
                        .log(LogLevel::Warn, format!("material_list: {absent} does not exist; took {path}"));
                }
                return Ok(video);
            }
            None => missing.push(path),
        }
    }
    Err(Failure::Impossible(match missing.as_slice() {
        [] => "material_list names no file".to_owned(),
        [one] => format!("the file {one} does not exist on the server; see material_list"),
        several => {
            format!("none of the files {} exists on the server; see material_list", several.join(", "))
        }
    }))
}

/// The file, if there is one.
async fn open(path: &str, roots: &MaterialRoots) -> Result<Option<Video>, Failure> {
    let refuse = |reason: &str| Failure::Impossible(format!("the file {path} {reason}; see material_list"));
    let (roots, named) = (roots.clone(), PathBuf::from(path));
    let admitted = tokio::task::spawn_blocking(move || roots.admit(&named))
        .await
        .map_err(|error| refuse(&format!("could not be looked for: {error}")))?;
    let Some(found) = admitted.map_err(|error| refuse(&error.to_string()))? else { return Ok(None) };
    let file = match File::open(&found).await {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(refuse(&format!("cannot be opened on the server: {error}"))),
    };
    let about =
        file.metadata().await.map_err(|error| refuse(&format!("cannot be read on the server: {error}")))?;
    let is_mp4 = found.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mp4"));
    if !about.is_file() {
        Err(refuse("is no file but a folder or a device"))
    } else if !is_mp4 {
        Err(refuse("is no MP4 video by its name"))
    } else if about.len() == 0 {
        Err(refuse("is empty"))
    } else {
        Ok(Some(Video { file, length: about.len() }))
    }
}
