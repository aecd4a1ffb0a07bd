//! A video that is about to be published, and the checks of its file and its caption.

use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tikmatrix_device::script::{Failure, MaterialsError};
use tikmatrix_domain::{Spintax, StandardFailure};
use tokio::fs::File;

/// A video file that was opened.
#[derive(Debug)]
pub(crate) struct Video {
    /// None when the run is replayed, which has no files.
    pub(crate) file: Option<File>,
    /// In bytes.
    pub(crate) length: u64,
    /// The caption that it comes with, which wins over the configuration's.
    pub(crate) caption: Option<Spintax>,
}

/// Why there is no video, in a form that a tape can hold.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Refusal {
    /// The record of materials gave none.
    Materials(MaterialsError),
    /// There is none; the sentence says where.
    Missing(String),
    /// It cannot be used; the sentence says why.
    #[serde(alias = "Impossible")]
    Refused(String),
}

impl From<MaterialsError> for Refusal {
    fn from(error: MaterialsError) -> Self {
        Self::Materials(error)
    }
}

impl Refusal {
    /// The same with the name of the parameter to correct.
    pub(super) fn see(self, parameter: &str) -> Self {
        match self {
            Self::Materials(_) => self,
            Self::Missing(reason) => Self::Missing(format!("{reason}; see {parameter}")),
            Self::Refused(reason) => Self::Refused(format!("{reason}; see {parameter}")),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Materials(error) => error.into(),
            Refusal::Missing(reason) => Self::of_request(StandardFailure::MaterialMissing, reason),
            Refusal::Refused(reason) => Self::of_request(StandardFailure::MaterialRefused, reason),
        }
    }
}

/// Opens the file at `path`, which people know as `shown`, and gives its length; none if there is no file.
pub(super) async fn open(path: &Path, shown: &str) -> Result<Option<(File, u64)>, String> {
    let refuse = |reason: &str| format!("the file {shown} {reason}");
    // To open a named pipe blocks until another program writes to it.
    let opened = match tokio::fs::metadata(path).await {
        Ok(about) if !about.is_file() => return Err(refuse("is no file but a folder or a device")),
        Ok(_) => File::open(path).await,
        Err(error) => Err(error),
    };
    let file = match opened {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(refuse(&format!("cannot be opened on the server: {error}"))),
    };
    let about =
        file.metadata().await.map_err(|error| refuse(&format!("cannot be read on the server: {error}")))?;
    if about.len() == 0 { Err(refuse("is empty")) } else { Ok(Some((file, about.len()))) }
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
