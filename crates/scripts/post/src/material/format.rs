//! Which formats a post takes: MP4 videos, JPG and PNG images. The content decides, and has to fit the name of an image.

use std::path::Path;

use tikmatrix_domain::{Content, MaterialKind, MediaType};

/// Returns the format of a file of this kind.
///
/// # Errors
/// What is wrong with it, to follow its name.
pub(super) fn format_of(content: Content, kind: MaterialKind) -> Result<MediaType, String> {
    match (kind, content) {
        // The app decides about what is not known here.
        (MaterialKind::Video, Content::Taken(MediaType::Mp4) | Content::Unknown) => Ok(MediaType::Mp4),
        (MaterialKind::Video, Content::Taken(other)) => {
            Err(format!("is no MP4 video but {} by its content", other.as_str()))
        }
        (MaterialKind::Video, Content::Other(name)) => {
            Err(format!("is no MP4 video but {name} by its content"))
        }
        (MaterialKind::Image, Content::Taken(format @ (MediaType::Jpeg | MediaType::Png))) => Ok(format),
        (MaterialKind::Image, Content::Taken(MediaType::Mp4)) => Err(
            "is a video by its content, and a post has images or one video: take it out, or publish it by a task with \
             content_type 0"
                .to_owned(),
        ),
        (MaterialKind::Image, Content::Other(name)) => {
            Err(format!("is no JPG or PNG image but {name} by its content: convert it to JPG or PNG"))
        }
        (MaterialKind::Image, Content::Unknown) => {
            Err("is no JPG or PNG image by its content: save it again as JPG or PNG".to_owned())
        }
    }
}

/// Whether a file calls itself an MP4 video.
pub(super) fn is_mp4(path: &Path) -> bool {
    has_extension(path, &["mp4"])
}

/// Whether a file calls itself a JPG or PNG image.
pub(super) fn is_image(path: &Path) -> bool {
    has_extension(path, &["jpg", "jpeg", "png"])
}

/// Checks that the name of an image is that of its format: one with a wrong name was often damaged or mixed up.
///
/// # Errors
/// What is wrong with it, to follow its name.
pub(super) fn check_image_name(path: &Path, format: MediaType) -> Result<(), String> {
    let (known, other) = match format {
        MediaType::Png => (&["png"][..], ".png"),
        _ => (&["jpg", "jpeg"][..], ".jpg"),
    };
    if has_extension(path, known) {
        Ok(())
    } else {
        Err(format!(
            "is {} by its content and not by its name: rename it to one that ends in {other}",
            format.as_str()
        ))
    }
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    path.extension().is_some_and(|extension| known.iter().any(|it| extension.eq_ignore_ascii_case(it)))
}
