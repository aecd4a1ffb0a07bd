//! What lies in a folder of materials on the server: videos and images as they are at the moment, their caption, and what else.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use tikmatrix_domain::{LocalFile, Username, clean_to};

use super::format::{is_image, is_mp4};
use super::refusal::Refusal;
use super::source_file::{FileState, open_regular};
use crate::allowed_roots::MaterialRoots;

/// The file with the caption of the videos beside it.
const CAPTION: &str = "caption.txt";
/// In bytes, far longer than any app takes.
const LONGEST_CAPTION: u64 = 64 * 1024;
/// Kinds of files that a message counts one by one.
const SHOWN_KINDS: usize = 5;
/// The longest extension that counts as one, in characters.
const LONGEST_KIND: usize = 12;

/// One folder that videos are taken from.
pub(super) struct MediaFolder {
    /// Its videos, in the order of their paths. Some may be empty.
    pub(super) videos: Vec<FoundFile>,
    /// Its images, by their sort numbers and then by their names.
    pub(super) images: Vec<FoundFile>,
    /// The template in it, and where that is.
    pub(super) caption: Option<(String, String)>,
    others: OtherFiles,
}

/// A video or image of a folder, as it was when the folder was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundFile {
    /// Without symbolic links.
    pub(super) path: String,
    pub(super) state: FileState,
}

impl FoundFile {
    /// Returns it in the form of the record.
    pub(super) fn file(&self) -> LocalFile {
        LocalFile { path: self.path.clone(), size: self.state.size }
    }
}

/// What is in a folder besides videos, without hidden files.
#[derive(Default)]
struct OtherFiles {
    folders: usize,
    /// How many files there are of each kind, by extension with its dot.
    kinds: BTreeMap<String, usize>,
}

/// Returns the folders to take from, the first one first. It blocks.
pub(super) fn folders(
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
        let (videos, images, others) = list(&folder, roots).map_err(|error| unreadable(&error))?;
        let caption = text_of(&folder.join(CAPTION), roots).map_err(Refusal::Refused)?;
        folders.push(MediaFolder { videos, images, caption, others });
    }
    Ok(folders)
}

/// Says why no video was taken from these folders, of which people know the last one as `folder`.
pub(super) fn nothing_left(folder: &str, folders: &[MediaFolder]) -> String {
    let has_videos = folders.iter().any(|folder| folder.videos.iter().any(|video| video.state.size > 0));
    match folders.last() {
        Some(around) if !has_videos => {
            format!("the folder {folder} has no MP4 video: it holds {}", around.content())
        }
        _ => format!("the folder {folder} has no unused MP4 video left"),
    }
}

impl MediaFolder {
    /// Says what is in it besides videos.
    fn content(&self) -> String {
        let OtherFiles { folders, kinds } = &self.others;
        let counted = |count: usize, what: &str| match count {
            1 => format!("1 {what}"),
            count => format!("{count} {what}s"),
        };
        let mut kinds: Vec<(&str, usize)> =
            kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
        kinds.sort_by_key(|(_, count)| usize::MAX - count);
        let unnamed = kinds.split_off(SHOWN_KINDS.min(kinds.len())).iter().map(|(_, count)| count).sum();
        let mut parts: Vec<String> =
            kinds.into_iter().map(|(kind, count)| counted(count, &format!("{kind} file"))).collect();
        let empty = self.videos.len();
        parts.extend((empty > 0).then(|| counted(empty, "empty MP4 file")));
        parts.extend((unnamed > 0).then(|| counted(unnamed, "other file")));
        parts.extend((*folders > 0).then(|| counted(*folders, "folder")));
        match parts.pop() {
            None => "nothing".to_owned(),
            Some(only) if parts.is_empty() => only,
            Some(last) => format!("{} and {last}", parts.join(", ")),
        }
    }
}

/// Finds the folder `@username`, whatever its case.
pub(crate) fn own_folder(folder: &Path, username: &Username) -> io::Result<Option<PathBuf>> {
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

/// Lists a folder, and not the folders in it. Hidden files, and what leads out of the roots, are left out.
fn list(folder: &Path, roots: &MaterialRoots) -> io::Result<(Vec<FoundFile>, Vec<FoundFile>, OtherFiles)> {
    let mut seen = HashSet::new();
    let (mut videos, mut images, mut others) = (Vec::new(), Vec::new(), OtherFiles::default());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let Ok(Some(path)) = roots.admit(&entry.path()) else { continue };
        // By its own name, however it is reached: the record of what is used knows it by that.
        let Ok(path) = path.canonicalize() else { continue };
        let Ok(about) = path.metadata() else { continue };
        if about.is_dir() {
            others.folders += 1;
        } else if about.is_file() && is_image(&entry.path()) {
            *others.kinds.entry(kind(&entry.path())).or_default() += 1;
            if let Some(name) = path.to_str()
                && seen.insert(name.to_owned())
            {
                images.push(FoundFile { path: name.to_owned(), state: FileState::of(&about) });
            }
        } else if !about.is_file() || !is_mp4(&entry.path()) {
            *others.kinds.entry(kind(&entry.path())).or_default() += 1;
        } else if let Some(name) = path.to_str()
            && seen.insert(name.to_owned())
        {
            videos.push(FoundFile { path: name.to_owned(), state: FileState::of(&about) });
        }
    }
    videos.sort_by(|one, other| one.path.cmp(&other.path));
    images.sort_by_cached_key(|image| image_order(Path::new(&image.path)));
    Ok((videos, images, others))
}

/// The order of images: the number of `sort_1_x.png`, those without one behind, then the name.
fn image_order(path: &Path) -> (u64, String) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let number = name.strip_prefix("sort_").and_then(|rest| rest.split(['_', '.']).next()?.parse().ok());
    (number.unwrap_or(u64::MAX), name)
}

/// Returns the kind of a file by its name, as people write it.
fn kind(path: &Path) -> String {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if extension.chars().count() <= LONGEST_KIND => {
            format!(".{}", clean_to(&extension.to_lowercase(), LONGEST_KIND))
        }
        _ => "unknown".to_owned(),
    }
}

/// Reads the text in a file, and says what people call the file; none if there is no such file, or no text in it.
pub(crate) fn text_of(path: &Path, roots: &MaterialRoots) -> Result<Option<(String, String)>, String> {
    let shown = path.display().to_string();
    let unreadable = |error: io::Error| format!("{shown} cannot be read on the server: {error}");
    let Ok(Some(path)) = roots.admit(path) else { return Ok(None) };
    let file = match open_regular(&path) {
        Ok(Some((file, _))) => file,
        Ok(None) => return Err(format!("{shown} is no file but a folder or a device")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    file.take(LONGEST_CAPTION + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST_CAPTION {
        return Err(format!("{shown} is longer than {LONGEST_CAPTION} bytes"));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{shown} is not UTF-8"))?;
    let template = text.trim_start_matches('\u{feff}').trim().to_owned();
    Ok((!template.is_empty()).then_some((template, shown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_in_the_order_of_their_sort_numbers_and_then_of_their_names() {
        let mut names = ["b.png", "sort_10_a.png", "sort_2.jpg", "a.png", "sort_2_a.png", "sort_x_1.png"];
        names.sort_by_cached_key(|name| image_order(Path::new(name)));
        assert_eq!(names, ["sort_2.jpg", "sort_2_a.png", "sort_10_a.png", "a.png", "b.png", "sort_x_1.png"]);
    }
}
