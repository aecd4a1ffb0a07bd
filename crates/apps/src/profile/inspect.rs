//! What profiles find on a screen, and what they almost find, for adapting a profile to a new version of its app. The
//! verdict is the one of [`crate::AppGuard`], with the reasons.

use serde::Serialize;
use tikmatrix_device::ui::{Bounds, NodeRef, Point, Selector, UiTree, tap_point};

use crate::profile::file::Profile;
use crate::profile::selector_spec::SelectorSpec;
use crate::profile::signs::{Blocking, Popup, Screen, Signs};

/// What profiles find on one screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The ids of the profiles.
    pub profiles: Vec<&'static str>,
    /// The package of the topmost window; empty if the dump names none.
    pub package: String,
    /// The part of the display that the dump covers, in pixels.
    pub bounds: Bounds,
    /// What the screen means for a script.
    pub sight: SightKind,
    /// The blocking screens of the profiles, in their order: the first that is shown counts.
    pub blocking: Vec<Candidate>,
    /// The popups of the profiles, likewise.
    pub popups: Vec<Candidate>,
    /// The screens of the profiles, likewise.
    pub screens: Vec<Candidate>,
    /// The elements of the profiles, by their ids.
    #[serde(rename = "all_elements")]
    pub elements: Vec<ElementSight>,
}

/// What a screen means for a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SightKind {
    /// The script goes on.
    Clear,
    /// The script dismisses a popup.
    Popup,
    /// Only a person can continue.
    Blocked,
}

/// A screen, popup or blocking screen of a profile, compared with the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The id of its profile.
    pub profile: &'static str,
    /// Its name for programs; only screens have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name for people.
    pub name: String,
    /// Whether it is shown.
    pub shown: bool,
    /// How many of its signs have to be there.
    pub needed: usize,
    /// Its signs.
    pub signs: Vec<SelectorMatch>,
    /// The elements that are there and rule it out.
    pub ruled_out_by: Vec<SelectorMatch>,
    /// The failure code of a task that ends here; only of blocking screens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<&'static str>,
    /// The remark of a task that ends here; only of blocking screens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// The element that dismisses it; only of popups that the back key does not dismiss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dismiss: Option<SelectorMatch>,
}

impl Candidate {
    /// How many of its signs are there.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.signs.iter().filter(|sign| sign.found.is_some()).count()
    }
}

/// An element of a profile, compared with the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ElementSight {
    /// The id of its profile.
    pub profile: &'static str,
    /// Its id in the profile.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What its selector finds.
    #[serde(flatten)]
    pub selector_match: SelectorMatch,
}

/// What one selector finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SelectorMatch {
    /// The selector as the profile's file has it.
    pub selector: String,
    /// The first element that it finds.
    pub found: Option<Seen>,
    /// How many elements it finds.
    pub count: usize,
    /// What it would find without one of its parts, when it finds nothing.
    pub near: Vec<Near>,
}

/// What a selector would find without one of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Near {
    /// The part, as the profile's file has it.
    pub without: String,
    /// The first element that would be found.
    pub found: Seen,
    /// How many would be found.
    pub count: usize,
}

/// An element of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// What it shows.
    pub text: String,
    /// Its description for screen readers.
    pub description: String,
    /// Its resource id, as the dump has it.
    pub resource_id: String,
    /// Its class, as the dump has it.
    pub class: String,
    /// Where it is, in pixels.
    pub bounds: Bounds,
    /// Where it is tapped; `None` when it cannot be.
    pub tap: Option<Point>,
}

/// Compares `profiles`, in this order, with the screen `tree`.
#[must_use]
pub fn inspect(profiles: &[Profile], tree: &UiTree) -> Inspection {
    let blocking: Vec<Candidate> = each(profiles, |profile| &profile.blocking)
        .map(|(profile, it)| Candidate {
            failure_code: Some(it.code.as_str()),
            remark: Some(it.remark.clone()),
            ..candidate(profile, &it.name, it.signs(), tree)
        })
        .collect();
    let popups: Vec<Candidate> = each(profiles, |profile| &profile.popups)
        .map(|(profile, it)| Candidate {
            dismiss: it.dismiss.as_ref().map(|dismiss| match_selector(dismiss, tree)),
            ..candidate(profile, &it.name, it.signs(), tree)
        })
        .collect();
    let screens = each(profiles, |profile| &profile.screens)
        .map(|(profile, it)| Candidate {
            id: Some(it.id.clone()),
            ..candidate(profile, &it.name, it.signs(), tree)
        })
        .collect();
    let elements = profiles.iter().flat_map(|profile| {
        profile.elements.iter().map(|(id, selector)| ElementSight {
            profile: profile.id,
            id: id.clone(),
            name: selector.to_string(),
            selector_match: match_selector(selector, tree),
        })
    });
    let sight = match () {
        () if blocking.iter().any(|it| it.shown) => SightKind::Blocked,
        () if popups.iter().any(|it| it.shown) => SightKind::Popup,
        () => SightKind::Clear,
    };
    Inspection {
        profiles: profiles.iter().map(|profile| profile.id).collect(),
        package: tree.package().to_owned(),
        bounds: tree.screen(),
        sight,
        blocking,
        popups,
        screens,
        elements: elements.collect(),
    }
}

/// Returns the profiles that apply to a screen, as the engine uses them: Android's, then that of the app whose package
/// the topmost window has. `None` when no profile has that package and no window of Android is on the screen.
#[must_use]
pub fn profiles_for(tree: &UiTree, known: &[Profile]) -> Option<Vec<Profile>> {
    let app = known.iter().find(|profile| profile.packages.iter().any(|it| it == tree.package()));
    let android = known.iter().find(|profile| profile.packages.is_empty());
    match (android, app) {
        (android, Some(app)) => Some(android.into_iter().chain([app]).cloned().collect()),
        (Some(android), None) => {
            let popups = android.popups.iter().map(Popup::signs);
            let blocking = android.blocking.iter().map(Blocking::signs);
            let screens = android.screens.iter().map(Screen::signs);
            let is_androids = popups.chain(blocking).chain(screens).any(|it| it.are_on(tree));
            is_androids.then(|| vec![android.clone()])
        }
        (None, None) => None,
    }
}

fn each<'a, Kind: 'a>(
    profiles: &'a [Profile],
    of: impl Fn(&'a Profile) -> &'a Vec<Kind>,
) -> impl Iterator<Item = (&'a Profile, &'a Kind)> {
    profiles.iter().flat_map(move |profile| of(profile).iter().map(move |it| (profile, it)))
}

fn candidate(profile: &Profile, name: &str, signs: Signs<'_>, tree: &UiTree) -> Candidate {
    let ruled_out_by = signs.without.iter().filter(|sign| sign.is_on(tree));
    Candidate {
        profile: profile.id,
        id: None,
        name: name.to_owned(),
        shown: signs.are_on(tree),
        needed: signs.needed(),
        signs: signs.signs.iter().map(|sign| match_selector(sign, tree)).collect(),
        ruled_out_by: ruled_out_by.map(|sign| match_selector(sign, tree)).collect(),
        failure_code: None,
        remark: None,
        dismiss: None,
    }
}

fn match_selector(selector: &SelectorSpec, tree: &UiTree) -> SelectorMatch {
    let found = selector.find_all(tree);
    let near = match found.first() {
        Some(_) => Vec::new(),
        None => selector.each_lacking_one().filter_map(|lacking| near(lacking, tree)).collect(),
    };
    SelectorMatch { selector: selector.text(), found: found.first().map(seen), count: found.len(), near }
}

fn near((without, selector): (String, Selector), tree: &UiTree) -> Option<Near> {
    let found = selector.find_all(tree);
    Some(Near { without, found: seen(found.first()?), count: found.len() })
}

fn seen(node: &NodeRef<'_>) -> Seen {
    Seen {
        text: node.text.clone(),
        description: node.description.clone(),
        resource_id: node.id.clone(),
        class: node.class.clone(),
        bounds: node.bounds,
        tap: tap_point(*node),
    }
}
