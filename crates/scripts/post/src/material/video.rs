//! A video that is about to be published, and the checks of its file and its caption.

use std::path::Path;

use tikmatrix_device::script::Failure;
use tikmatrix_domain::Spintax;

use super::refusal::Refusal;
use super::video_file::VideoFile;

/// A video that was chosen, with its file.
pub(crate) struct Video {
    /// None when the run is replayed, which has no files.
    pub(crate) file: Option<VideoFile>,
    /// In bytes.
    pub(crate) length: u64,
    /// The caption that it comes with, which wins over the configuration's.
    pub(crate) caption: Option<Spintax>,
}

/// Whether a file calls itself an MP4 video.
pub(super) fn is_mp4(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mp4"))
}

/// A caption that lies beside a video or belongs to it; none if it is empty. `owner` says whose it is.
pub(super) fn own_caption(template: &str, owner: &str) -> Result<Option<Spintax>, Failure> {
    if template.is_empty() {
        return Ok(None);
    }
    let parsed = Spintax::parse(template);
    parsed.map(Some).map_err(|error| Refusal::Refused(format!("{owner} cannot be read: {error}")).into())
}
