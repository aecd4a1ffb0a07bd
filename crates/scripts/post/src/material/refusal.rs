//! Why there is no video to publish, and the failure of the task that follows from it.

use serde::{Deserialize, Serialize};
use tikmatrix_device::script::{Failure, MaterialsError};
use tikmatrix_domain::StandardFailure;

/// Why there is no video, in a form that a tape can hold.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Refusal {
    /// The record of materials gave none.
    Materials(MaterialsError),
    /// There is none; the sentence says where.
    Missing(String),
    /// It cannot be used; the sentence says why.
    #[serde(alias = "Impossible")]
    Refused(String),
    /// It was written to meanwhile; the sentence names it.
    Changed(String),
}

impl From<MaterialsError> for Refusal {
    fn from(error: MaterialsError) -> Self {
        Self::Materials(error)
    }
}

impl Refusal {
    /// The same with the name of the parameter to correct.
    pub(crate) fn see(self, parameter: &str) -> Self {
        match self {
            Self::Missing(reason) => Self::Missing(format!("{reason}; see {parameter}")),
            Self::Refused(reason) => Self::Refused(format!("{reason}; see {parameter}")),
            Self::Materials(_) | Self::Changed(_) => self,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Materials(error) => error.into(),
            Refusal::Missing(reason) => Self::of_request(StandardFailure::MaterialMissing, reason),
            Refusal::Refused(reason) => Self::of_request(StandardFailure::MaterialRefused, reason),
            Refusal::Changed(reason) => Self::of_request(StandardFailure::MaterialChanged, reason),
        }
    }
}
