//! What is about to be published: a video, or images in their order, and its caption.

use tikmatrix_device::script::Failure;
use tikmatrix_domain::{MediaType, Spintax};

use super::refusal::Refusal;
use super::source_file::SourceFile;

/// What was chosen.
pub(crate) struct Chosen {
    /// One video, or images in the order of the post.
    pub(crate) files: Vec<ChosenFile>,
    /// The caption that it comes with, which wins over the configuration's.
    pub(crate) caption: Option<Spintax>,
}

/// A file that was chosen.
pub(crate) struct ChosenFile {
    /// None when the run is replayed, which has no files.
    pub(crate) file: Option<SourceFile>,
    /// In bytes.
    pub(crate) length: u64,
    pub(crate) format: MediaType,
}

impl Chosen {
    /// One video.
    pub(super) fn video(file: Option<SourceFile>, length: u64, caption: Option<Spintax>) -> Self {
        Self { files: vec![ChosenFile { file, length, format: MediaType::Mp4 }], caption }
    }

    /// What it is, for messages.
    pub(crate) fn what(&self) -> &'static str {
        match self.files.as_slice() {
            [ChosenFile { format: MediaType::Mp4, .. }] => "video",
            [_] => "image",
            _ => "images",
        }
    }
}

/// A caption that lies beside a video or belongs to it; none if it is empty. `owner` says whose it is.
pub(super) fn own_caption(template: &str, owner: &str) -> Result<Option<Spintax>, Failure> {
    if template.is_empty() {
        return Ok(None);
    }
    let parsed = Spintax::parse(template);
    parsed.map(Some).map_err(|error| Refusal::Refused(format!("{owner} cannot be read: {error}")).into())
}
