//! What a screen is, in short: the fields on which a program decides, taken from an [`Inspection`].

use std::collections::BTreeMap;

use serde::Serialize;
use tikmatrix_device::ui::Bounds;

use crate::profile::inspect::{Candidate, Inspection, Seen};

/// The element that shows how far an upload is.
const UPLOAD_PERCENT: &str = "upload_percent";
/// The element that shows that an upload failed.
const UPLOAD_FAILED: &str = "upload_failed";
/// The element with the name of the account, on the screen that shows whose it is.
const USERNAME: &str = "username";
const OWN_PROFILE: &str = "own_profile";

/// A screen in short.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The id of the app's profile; `android` when only a window of Android is known.
    pub app: Option<&'static str>,
    /// The id of the screen.
    pub screen: Option<String>,
    /// Which part of the screen's signs is there, 0 to 1; 0 for an unknown screen.
    pub confidence: f64,
    /// The screen that it resembles most otherwise.
    pub runner_up: Option<RunnerUp>,
    /// The popup that is in the way.
    pub popup: Option<PopupSight>,
    /// Why only a person can continue.
    pub blocked: Option<BlockedSight>,
    /// The upload that is under way.
    pub upload: Option<Upload>,
    /// The account that is signed in, where the screen shows it.
    pub account: Option<String>,
    /// The elements that are found, by their ids.
    pub elements: BTreeMap<String, FoundElement>,
}

/// A screen that was not recognised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunnerUp {
    /// Its id.
    pub screen: String,
    /// Which part of its signs is there, 0 to 1.
    pub confidence: f64,
}

/// A popup and how it is dismissed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PopupSight {
    /// Its name for people.
    pub name: String,
    /// What is tapped; `None` for the back key.
    pub tap: Option<TapTarget>,
}

/// An element that is tapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TapTarget {
    /// Its text.
    pub text: String,
    /// Its description.
    pub description: String,
    /// Its bounds.
    pub bounds: Bounds,
}

/// A screen from which only a person can continue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockedSight {
    /// Its name for people.
    pub name: String,
    /// The failure code of a task that ends here.
    pub failure_code: Option<&'static str>,
    /// The remark of a task that ends here.
    pub remark: Option<String>,
}

/// An upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Upload {
    /// What is known of it.
    pub state: UploadState,
    /// How much of it is done, if the screen says so.
    pub percent: Option<u8>,
}

/// What is known of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// It is under way.
    Uploading,
    /// It failed.
    Failed,
}

/// An element that is on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundElement {
    /// Its text.
    pub text: String,
    /// Its bounds.
    pub bounds: Bounds,
    /// The selector that finds it, as the profile's file has it.
    pub selector: String,
}

impl Summary {
    /// Sums up an inspection.
    #[must_use]
    pub fn of(inspection: &Inspection) -> Self {
        let shown = |all: &[Candidate]| all.iter().find(|it| it.shown).cloned();
        let screen = shown(&inspection.screens);
        let id = screen.as_ref().and_then(|it| it.id.clone());
        let found = |id: &str| {
            let element = inspection.elements.iter().find(|element| element.id == id)?;
            element.selector_match.found.as_ref()
        };
        Self {
            app: inspection.profiles.last().copied(),
            confidence: screen.as_ref().map_or(0.0, confidence),
            runner_up: runner_up(inspection, id.as_deref()),
            popup: shown(&inspection.popups).map(PopupSight::of),
            blocked: shown(&inspection.blocking).map(BlockedSight::of),
            upload: upload(found(UPLOAD_FAILED), found(UPLOAD_PERCENT)),
            account: found(USERNAME)
                .filter(|_| id.as_deref() == Some(OWN_PROFILE))
                .map(|seen| seen.text.trim().trim_start_matches('@').to_owned()),
            elements: inspection
                .elements
                .iter()
                .filter_map(|element| {
                    let Seen { text, bounds, .. } = element.selector_match.found.clone()?;
                    let selector = element.selector_match.selector.clone();
                    Some((element.id.clone(), FoundElement { text, bounds, selector }))
                })
                .collect(),
            screen: id,
        }
    }
}

impl PopupSight {
    fn of(popup: Candidate) -> Self {
        let tapped = popup.dismiss.and_then(|dismiss| dismiss.found);
        let tap =
            tapped.map(|Seen { text, description, bounds, .. }| TapTarget { text, description, bounds });
        Self { name: popup.name, tap }
    }
}

impl BlockedSight {
    fn of(blocking: Candidate) -> Self {
        Self { name: blocking.name, failure_code: blocking.failure_code, remark: blocking.remark }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a screen has a few signs")]
fn confidence(screen: &Candidate) -> f64 {
    let part = screen.seen() as f64 / screen.signs.len().max(1) as f64;
    (part * 100.0).round() / 100.0
}

fn runner_up(inspection: &Inspection, screen: Option<&str>) -> Option<RunnerUp> {
    let others = inspection.screens.iter().filter(|it| it.seen() > 0 && it.id.as_deref() != screen);
    // Of equals the first one, as when screens are recognised.
    let best = others.rev().max_by(|one, other| confidence(one).total_cmp(&confidence(other)))?;
    Some(RunnerUp { screen: best.id.clone()?, confidence: confidence(best) })
}

fn upload(failed: Option<&Seen>, percent: Option<&Seen>) -> Option<Upload> {
    match (failed, percent) {
        (Some(_), _) => Some(Upload { state: UploadState::Failed, percent: None }),
        (None, Some(badge)) => {
            let digits: String = badge.text.trim().chars().take_while(char::is_ascii_digit).collect();
            let percent = digits.parse().ok().filter(|percent| *percent <= 100);
            Some(Upload { state: UploadState::Uploading, percent })
        }
        (None, None) => None,
    }
}
