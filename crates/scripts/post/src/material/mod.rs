//! What is published, a video or images: where the configuration says that it comes from, and whether it can be published at all.
//! All of it is decided before the phone is touched.

mod chosen;
pub(crate) mod file_calls;
mod folder;
pub(crate) mod folder_listing;
mod format;
mod images;
mod library;
mod list;
pub(crate) mod refusal;
mod source_file;

use tikmatrix_device::script::{Context, Failure};

use crate::allowed_roots::MaterialRoots;
use crate::config::{ContentType, MaterialSource, PostConfig};

use self::refusal::Refusal;
use self::source_file::SourceFile;
pub(crate) use chosen::{Chosen, ChosenFile};
pub(crate) use list::distribute;

/// Opens the video, or the images, that the configuration asks for.
pub(crate) async fn choose(
    config: &PostConfig,
    roots: &MaterialRoots,
    context: &mut Context,
) -> Result<Chosen, Failure> {
    if config.content_type == ContentType::Images {
        return images::choose(config, roots, context).await;
    }
    if !config.material_list.is_empty() {
        return list::choose(&config.material_list, roots, context).await;
    }
    match config.material_source {
        MaterialSource::MaterialLibrary => library::take(&config.materials_tags.0, context).await,
        MaterialSource::LocalFolder => folder::take(&config.material_path, roots, context).await,
    }
}

/// Checks, after a push of its file, that the phone got the video as it was when it was chosen.
pub(crate) async fn check_pushed(file: Option<SourceFile>, context: &Context) -> Result<(), Failure> {
    let check = context.recorded_input("check that the file is as it was", async {
        match file {
            Some(file) => file.check_read().await,
            None => Ok(()),
        }
    });
    let checked: Result<(), Refusal> = check.await;
    Ok(checked?)
}
