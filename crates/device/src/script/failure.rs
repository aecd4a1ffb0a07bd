//! Why a script could not do its work; its text becomes the task's remark.

use std::time::Duration;

use thiserror::Error;
use tikmatrix_validation::Problems;

use super::marks::MarkError;
use super::materials::MaterialsError;
use crate::android::AndroidError;

/// Why a script failed. Its text is one sentence for the person who reads the task's remark.
#[derive(Debug, Error)]
pub enum Failure {
    /// The phone did not do what it was asked to.
    #[error(transparent)]
    Phone(#[from] AndroidError),
    /// An element or a sign did not appear.
    #[error("{wanted} was not found within {} s; last seen: {screen}", seconds(*waited))]
    NotFound {
        /// What was looked for.
        wanted: String,
        /// On which screen.
        screen: String,
        /// For how long.
        waited: Duration,
    },
    /// An element was found that cannot be tapped.
    #[error("{wanted} is on the screen but has no place to tap; last seen: {screen}")]
    NotTappable {
        /// What was to be tapped.
        wanted: String,
        /// On which screen.
        screen: String,
    },
    /// A popup came back after it was dismissed.
    #[error("{popup} stays in the way although it was dismissed {times} times")]
    PopupStays {
        /// Its name in messages.
        popup: String,
        /// How often it was dismissed.
        times: u32,
    },
    /// Only a person can go on.
    #[error("{0}")]
    Blocked(String),
    /// A field does not hold the text that was typed into it.
    #[error("{field} holds {seen:?} instead of the text that was typed")]
    TextDiffers {
        /// Which field.
        field: String,
        /// What it holds.
        seen: String,
    },
    /// It was perhaps done, but the app did not show it.
    #[error("{0}")]
    Unconfirmed(String),
    /// The script got no material, or could not say what it does with one.
    #[error(transparent)]
    Materials(#[from] MaterialsError),
    /// What is about to be done could not be recorded, and was not done.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// What was asked for cannot be done; the sentence says why and what to do instead.
    #[error("{0}")]
    Impossible(String),
}

impl Failure {
    /// The failure of a task whose configuration was accepted, perhaps by an older version, and is not valid now.
    #[must_use]
    pub fn not_valid(problems: &Problems) -> Self {
        Self::Impossible(format!("the configuration is not valid: {problems}"))
    }

    /// Returns whether another attempt may succeed without intervention. Work that may have been done already is not
    /// transient: a second attempt could do it twice.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Phone(error) => error.is_transient(),
            Self::Materials(error) => matches!(error, MaterialsError::Unavailable { transient: true, .. }),
            Self::Mark(error) => error.transient,
            Self::NotFound { .. }
            | Self::NotTappable { .. }
            | Self::PopupStays { .. }
            | Self::TextDiffers { .. } => true,
            Self::Blocked(_) | Self::Unconfirmed(_) | Self::Impossible(_) => false,
        }
    }
}

/// Formats seconds, with one decimal unless they are whole.
fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        duration.as_secs().to_string()
    } else {
        format!("{:.1}", duration.as_secs_f64())
    }
}
