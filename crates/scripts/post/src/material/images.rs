//! The images of a post: all of a list, or so many of the library or of a folder that no task has used, in their order.

use std::path::Path;

use rand::Rng as _;
use serde::{Deserialize, Serialize};
use tikmatrix_device::script::{Context, Failure, LogLevel, MaterialsError};
use tikmatrix_domain::{MaterialKind, MaterialQuery, MediaType, Tag};
use tokio::time::{Instant, sleep};

use super::chosen::{Chosen, ChosenFile, own_caption};
use super::folder::{COMPLETION_TIMEOUT, LOOK_INTERVAL, Place};
use super::folder_listing::{FoundFile, MediaFolder};
use super::format::check_image_name;
use super::list;
use super::refusal::Refusal;
use super::source_file::SourceFile;
use crate::allowed_roots::MaterialRoots;
use crate::config::{MaterialSource, PostConfig};

/// Images that were taken, in a form that a tape can hold.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    /// In the order of the post.
    images: Vec<TakenImage>,
    /// The template that comes with them, and whose it is.
    caption: Option<(String, String)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct TakenImage {
    /// What people call it.
    shown: String,
    /// In bytes.
    length: u64,
    is_png: bool,
}

impl TakenImage {
    fn format(&self) -> MediaType {
        if self.is_png { MediaType::Png } else { MediaType::Jpeg }
    }
}

/// What was taken, and its open files, which no tape holds.
type Opened = (Taken, Vec<SourceFile>);

/// Opens the images that the configuration asks for.
pub(super) async fn choose(
    config: &PostConfig,
    roots: &MaterialRoots,
    context: &mut Context,
) -> Result<Chosen, Failure> {
    let mut files = Vec::new();
    let seed = context.rng().random();
    let (parameter, taken) = if config.material_list.is_empty() {
        match config.material_source {
            MaterialSource::MaterialLibrary => {
                let wish = MaterialQuery {
                    kind: MaterialKind::Image,
                    tags: config.materials_tags.0.clone(),
                    username: context.assignment().username.clone(),
                    count: config.image_count,
                };
                let taking = keep(&mut files, from_library(wish, seed, context));
                ("image_count", context.recorded_input("take images from the library", taking).await)
            }
            MaterialSource::LocalFolder => {
                let username = context.assignment().username.clone();
                let place = Place { folder: config.material_path.clone(), username, roots: roots.clone() };
                let what = format!("take images from the folder {}", place.folder);
                let taking = keep(&mut files, from_folder(&place, config.image_count, seed, context));
                ("material_path", context.recorded_input(&what, taking).await)
            }
        }
    } else {
        let taking = keep(&mut files, from_list(&config.material_list, roots));
        ("material_list", context.recorded_input("open the images of the list", taking).await)
    };
    let taken: Result<Taken, Refusal> = taken;
    let Taken { images, caption } = taken.map_err(|refusal| refusal.see(parameter))?;
    for (number, image) in (1..).zip(&images) {
        context.log(LogLevel::Info, format!("image {number} is {}", image.shown));
    }
    let caption = match &caption {
        Some((template, owner)) => own_caption(template, owner)?,
        None => None,
    };
    let mut files = files.into_iter();
    let files = images.into_iter().map(|image| ChosenFile {
        file: files.next(),
        length: image.length,
        format: image.format(),
    });
    Ok(Chosen { files: files.collect(), caption })
}

/// Keeps the open files apart from what a tape holds.
async fn keep(
    files: &mut Vec<SourceFile>,
    taking: impl Future<Output = Result<Opened, Refusal>>,
) -> Result<Taken, Refusal> {
    let (taken, opened) = taking.await?;
    *files = opened;
    Ok(taken)
}

/// All images of the list. Each has to exist: a post without one of them is another post.
async fn from_list(paths: &[String], roots: &MaterialRoots) -> Result<Opened, Refusal> {
    let mut opened = Vec::new();
    for path in paths {
        let missing = || {
            Refusal::Missing(format!(
                "the image {path} does not exist on the server: correct its path, or take it out of the list"
            ))
        };
        let found = list::admit(path, roots).await?.ok_or_else(missing)?;
        let file = open(&found, path).await?.ok_or_else(missing)?;
        check_image_name(&found, file.format())
            .map_err(|reason| Refusal::Refused(format!("the file {path} {reason}")))?;
        opened.push((path.clone(), file));
    }
    Ok(taken(opened, None))
}

/// So many of the library, by their sort numbers; those that are meant for the account come first.
async fn from_library(wish: MaterialQuery, seed: u64, context: &Context) -> Result<Opened, Refusal> {
    let found = match context.materials().take(wish.clone(), seed).await {
        Ok(found) => found,
        Err(MaterialsError::TooFew { found }) => return Err(Refusal::Missing(too_few(&wish, found))),
        Err(error) => return Err(error.into()),
    };
    let mut opened = Vec::new();
    let mut caption = None;
    for image in found {
        let material = image.material;
        let shown = format!("{:?} of material {}", material.file.name, material.id.0);
        let missing = || {
            Refusal::Missing(format!(
                "the file {shown} is not on this server any more: delete it and upload it again"
            ))
        };
        let file = open(&image.path, &shown).await?.ok_or_else(missing)?;
        let own = material.details.caption;
        if caption.is_none() && !own.is_empty() {
            caption = Some((own, format!("the caption of material {}", material.id.0)));
        }
        opened.push((shown, file));
    }
    Ok(taken(opened, caption))
}

fn too_few(wish: &MaterialQuery, found: usize) -> String {
    let tags: Vec<&str> = wish.tags.iter().map(Tag::as_str).collect();
    let tagged = if tags.is_empty() { String::new() } else { format!(" with a tag of {}", tags.join(", ")) };
    format!(
        "the material library has {found} unused images{tagged}, and image_count is {}: upload more, mark some as unused, or \
         lower image_count",
        wish.count
    )
}

/// So many of the folder that no task has used: of the account's own folder in it, then of the folder itself.
async fn from_folder(place: &Place, count: u32, seed: u64, context: &Context) -> Result<Opened, Refusal> {
    let folders = still_folders(place).await?;
    let mut opened = Vec::new();
    let mut caption: Option<(String, String)> = None;
    let wanted = usize::try_from(count).unwrap_or(usize::MAX);
    for folder in &folders {
        let before = opened.len();
        for image in folder.images.iter().filter(|image| image.state.size > 0) {
            if opened.len() == wanted {
                break;
            }
            if context.materials().take_file(vec![image.file()], seed).await?.is_some() {
                opened.push((image.path.clone(), open_found(image).await?));
            }
        }
        // A caption lies beside the images or in the folder around them.
        if caption.is_none() && (opened.len() > before || before > 0) {
            caption.clone_from(&folder.caption);
        }
    }
    if opened.len() < wanted {
        return Err(Refusal::Missing(format!(
            "the folder {} has {} unused JPG or PNG images, and image_count is {count}: add images or lower image_count",
            place.folder,
            opened.len()
        )));
    }
    Ok(taken(opened, caption))
}

async fn open_found(image: &FoundFile) -> Result<SourceFile, Refusal> {
    let path = Path::new(&image.path);
    let missing = || Refusal::Missing(format!("the file {} does not exist any more", image.path));
    let file = open(path, &image.path).await?.ok_or_else(missing)?;
    file.check_opened_as(image.state)?;
    check_image_name(path, file.format())
        .map_err(|reason| Refusal::Refused(format!("the file {} {reason}", image.path)))?;
    Ok(file)
}

/// Lists the folders when none of their images is being written to any more: an incomplete one may come before others.
async fn still_folders(place: &Place) -> Result<Vec<MediaFolder>, Refusal> {
    let started = Instant::now();
    let mut before = place.look().await?;
    loop {
        if before.iter().all(|folder| folder.images.is_empty()) {
            return Ok(before);
        }
        sleep(LOOK_INTERVAL).await;
        let now = place.look().await?;
        let is_same = |image: &&FoundFile| before.iter().any(|then| then.images.contains(image));
        let mut images = now.iter().flat_map(|folder| &folder.images);
        let Some(changed) = images.find(|image| !is_same(image)) else { return Ok(now) };
        if started.elapsed() >= COMPLETION_TIMEOUT {
            return Err(Refusal::Changed(format!(
                "the file {} was still being written to after {} s; copy an image under another name, and rename it when it \
                 is complete",
                changed.path,
                COMPLETION_TIMEOUT.as_secs()
            )));
        }
        before = now;
    }
}

async fn open(path: &Path, shown: &str) -> Result<Option<SourceFile>, Refusal> {
    SourceFile::open(path, shown, MaterialKind::Image).await
}

fn taken(opened: Vec<(String, SourceFile)>, caption: Option<(String, String)>) -> Opened {
    let describe = |(shown, file): &(String, SourceFile)| TakenImage {
        shown: shown.clone(),
        length: file.length(),
        is_png: file.format() == MediaType::Png,
    };
    let images = opened.iter().map(describe).collect();
    (Taken { images, caption }, opened.into_iter().map(|(_, file)| file).collect())
}
