//! A video of a folder on the server: of the account's own folder in it, else of the folder itself, and one that no task
//! has used.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::Rng as _;
use serde::{Deserialize, Serialize};
use tikmatrix_device::script::{Context, Failure, LogLevel, Materials, MaterialsError};
use tikmatrix_domain::{LocalFile, Username};

use super::video::{Refusal, Video, is_mp4, open, own_caption};
use crate::allowed_roots::MaterialRoots;

/// The file with the caption of the videos beside it.
const CAPTION: &str = "caption.txt";
/// In bytes, far longer than any app takes.
const LONGEST_CAPTION: u64 = 64 * 1024;

/// One folder that videos are taken from.
struct MediaFolder {
    videos: Vec<LocalFile>,
    /// The template in it, and where that is.
    caption: Option<(String, String)>,
}

/// A video that was taken, in a form that a tape can hold.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    path: String,
    /// The template that comes with it, and where that is.
    caption: Option<(String, String)>,
    /// The length of its file in bytes, none if the file is gone; or why it cannot be opened.
    opened: Result<Option<u64>, String>,
}

/// Takes one at random of those that no task has used.
pub(super) async fn take(
    folder: &str,
    roots: &MaterialRoots,
    context: &mut Context,
) -> Result<Video, Failure> {
    let (mut file, seed) = (None, context.rng().random());
    let what = format!("take a video from the folder {folder}");
    let taken = context.recorded_input(&what, async {
        let (roots, path, username) =
            (roots.clone(), PathBuf::from(folder), context.assignment().username.clone());
        let folders = tokio::task::spawn_blocking(move || folders(&path, username.as_ref(), &roots))
            .await
            .map_err(|error| {
                Refusal::Refused(format!("the folder {folder} could not be looked into: {error}"))
            })
            .flatten()?;
        let Some((path, caption)) = choose(folders, context.materials(), seed).await? else {
            let nothing = format!("the folder {folder} has no unused MP4 video left");
            return Err(Refusal::Missing(nothing));
        };
        let opened = open(Path::new(&path), &path).await.map(|opened| {
            let (opened, length) = opened?;
            file = Some(opened);
            Some(length)
        });
        Ok(Taken { path, caption, opened })
    });
    let taken: Result<Taken, Refusal> = taken.await;
    let Taken { path, caption, opened } = taken.map_err(|refusal| refusal.see("material_path"))?;
    context.log(LogLevel::Info, format!("took the file {path}"));
    let caption = match &caption {
        Some((template, place)) => own_caption(template, place)?,
        None => None,
    };
    let gone = || Refusal::Missing(format!("the file {path} does not exist any more"));
    let length = opened.map_err(Refusal::Refused).and_then(|length| length.ok_or_else(gone));
    let length = length.map_err(|refusal| refusal.see("material_path"))?;
    Ok(Video { file, length, caption })
}

/// Takes a video from the first folder that has one, and finds its caption: it lies beside the videos of its folder or, for
/// an account's own folder, in the one around it.
async fn choose(
    folders: Vec<MediaFolder>,
    materials: &Arc<dyn Materials>,
    seed: u64,
) -> Result<Option<(String, Option<(String, String)>)>, MaterialsError> {
    let mut chosen = None;
    for folder in folders {
        if chosen.is_none() && !folder.videos.is_empty() {
            chosen = materials.take_file(folder.videos, seed).await?.map(|file| (file.path, None));
        }
        // What was not taken from here has no use for the caption here.
        if let Some((_, caption @ None)) = &mut chosen {
            *caption = folder.caption;
        }
    }
    Ok(chosen)
}

/// The folders to take from, the first one first. It blocks.
fn folders(
    folder: &Path,
    username: Option<&Username>,
    roots: &MaterialRoots,
) -> Result<Vec<MediaFolder>, Refusal> {
    let shown = folder.display();
    let admitted =
        roots.admit(folder).map_err(|refused| Refusal::Refused(format!("the folder {shown} {refused}")))?;
    let missing = || Refusal::Missing(format!("the folder {shown} does not exist on the server"));
    let folder = admitted.ok_or_else(missing)?;
    let unreadable = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => missing(),
        io::ErrorKind::NotADirectory => Refusal::Refused(format!("the folder {shown} is no folder")),
        _ => Refusal::Refused(format!("the folder {shown} cannot be read on the server: {error}")),
    };
    let own = match username {
        Some(username) => own_folder(&folder, username).map_err(|error| unreadable(&error))?,
        None => None,
    };
    let mut folders = Vec::new();
    for folder in own.into_iter().chain([folder]) {
        let videos = videos(&folder, roots).map_err(|error| unreadable(&error))?;
        folders.push(MediaFolder {
            videos,
            caption: caption(&folder.join(CAPTION), roots).map_err(Refusal::Refused)?,
        });
    }
    Ok(folders)
}

/// The folder `@username`, whatever its case.
fn own_folder(folder: &Path, username: &Username) -> io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).filter(|name| name.starts_with('@'));
        let is_own =
            name.and_then(|name| Username::as_found(name).ok()).is_some_and(|name| name == *username);
        if is_own && path.is_dir() {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The videos in a folder, and not in folders in it. Hidden and empty files, and what leads out of the roots, are none.
fn videos(folder: &Path, roots: &MaterialRoots) -> io::Result<Vec<LocalFile>> {
    let mut seen = HashSet::new();
    let mut videos = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if is_hidden || !is_mp4(&entry.path()) {
            continue;
        }
        let Ok(Some(path)) = roots.admit(&entry.path()) else { continue };
        // By its own name, however it is reached: the record of what is used knows it by that.
        let Ok(path) = path.canonicalize() else { continue };
        let Ok(about) = path.metadata() else { continue };
        if let Some(name) = path.to_str()
            && about.is_file()
            && about.len() > 0
            && seen.insert(name.to_owned())
        {
            videos.push(LocalFile { path: name.to_owned(), size: about.len() });
        }
    }
    videos.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(videos)
}

/// The template in a file, and what people call the file; none if there is no such file.
fn caption(path: &Path, roots: &MaterialRoots) -> Result<Option<(String, String)>, String> {
    let shown = path.display().to_string();
    let Ok(Some(path)) = roots.admit(path) else { return Ok(None) };
    // To open a named pipe blocks until another program writes to it.
    let opened = match fs::metadata(&path) {
        Ok(about) if !about.is_file() => return Err(format!("{shown} is no file but a folder or a device")),
        Ok(_) => fs::File::open(path),
        Err(error) => Err(error),
    };
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{shown} cannot be read on the server: {error}")),
    };
    let mut bytes = Vec::new();
    file.take(LONGEST_CAPTION + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("{shown} cannot be read on the server: {error}"))?;
    if bytes.len() as u64 > LONGEST_CAPTION {
        return Err(format!("{shown} is longer than {LONGEST_CAPTION} bytes"));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{shown} is not UTF-8"))?;
    let template = text.trim_start_matches('\u{feff}').trim().to_owned();
    Ok((!template.is_empty()).then_some((template, shown)))
}
