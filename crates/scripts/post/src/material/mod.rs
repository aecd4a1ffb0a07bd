//! The video that is published: where the configuration says that it comes from, and whether it can be published at all.
//! All of it is decided before the phone is touched.

mod folder;
mod library;
mod list;
mod video;

use tikmatrix_device::script::{Context, Failure};

use crate::allowed_roots::MaterialRoots;
use crate::config::{MaterialSource, PostConfig};

pub(crate) use video::Video;

/// Opens the video that the configuration asks for.
pub(crate) async fn choose(
    config: &PostConfig,
    roots: &MaterialRoots,
    context: &mut Context,
) -> Result<Video, Failure> {
    if !config.material_list.is_empty() {
        return list::choose(&config.material_list, roots, context).await;
    }
    match config.material_source {
        MaterialSource::MaterialLibrary => library::take(&config.materials_tags.0, context).await,
        MaterialSource::LocalFolder => folder::take(&config.material_path, roots, context).await,
    }
}
