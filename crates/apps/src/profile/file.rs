//! An app's profile: its name, its packages, its elements, its screens and the signs by which they are recognised, its
//! popups, and the screens from which only a person can continue. Profiles are data files.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use tikmatrix_device::ui::{Selector, UiTree};

use crate::profile::labels::{Labels, LabelsError};
use crate::profile::selector_spec::{Scope, SelectorSpec};
use crate::profile::signs::{Blocking, Popup, Screen};

/// A profile that cannot be used.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// The file is not TOML, or has a field that profiles do not have.
    #[error("the profile {id} cannot be read: {source}")]
    Unreadable {
        /// The profile.
        id: &'static str,
        /// What is wrong with the file, and where.
        source: Box<toml::de::Error>,
    },
    /// The labels cannot be read.
    #[error(transparent)]
    Labels(#[from] LabelsError),
    /// A selector names a label that there is not.
    #[error("the profile {id} cannot be used: {selector}: {reason}")]
    Label {
        /// The profile.
        id: &'static str,
        /// The selector, as the file has it.
        selector: String,
        /// What is wrong.
        reason: String,
    },
    /// A journey needs an element that the profile does not describe.
    #[error("the profile {id} does not describe {element}")]
    MissingElement {
        /// The profile.
        id: &'static str,
        /// The element.
        element: &'static str,
    },
}

/// What an app looks like.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The app's id, such as `tiktok`: the name of the file without `.toml`.
    #[serde(skip)]
    pub id: &'static str,
    /// The app's name for people, such as `TikTok`.
    pub name: String,
    /// The app's official packages, the usual one first; empty for what belongs to Android itself.
    pub packages: Vec<String>,
    /// The activity that takes shared files.
    #[serde(default)]
    pub share_activity: Option<String>,
    /// Its elements by id.
    #[serde(default)]
    pub elements: BTreeMap<String, SelectorSpec>,
    /// Texts that users wrote, such as names and captions: they are never a sign and never a button.
    #[serde(default)]
    pub(crate) user_texts: Vec<SelectorSpec>,
    #[serde(default)]
    pub(crate) screens: Vec<Screen>,
    #[serde(default)]
    pub(crate) blocking: Vec<Blocking>,
    #[serde(default)]
    pub(crate) popups: Vec<Popup>,
}

impl Profile {
    /// Reads the profile `id` from the text of its file, with the labels that are part of the program.
    ///
    /// # Errors
    /// [`ProfileError::Unreadable`], [`ProfileError::Label`].
    pub fn parse(id: &'static str, text: &str) -> Result<Self, ProfileError> {
        Self::parse_with(id, text, &*Labels::built_in()?)
    }

    /// Reads the profile `id` from the text of its file, with these labels.
    ///
    /// # Errors
    /// [`ProfileError::Unreadable`], [`ProfileError::Label`].
    pub fn parse_with(id: &'static str, text: &str, labels: &Labels) -> Result<Self, ProfileError> {
        let profile = toml::from_str::<Self>(text);
        let profile = profile.map_err(|source| ProfileError::Unreadable { id, source: Box::new(source) })?;
        Self { id, ..profile }.resolved(labels)
    }

    /// Puts words in the place of labels, and restricts the selectors of an app to its own elements that users did not
    /// write. Android's windows are of several packages.
    pub(crate) fn resolved(mut self, labels: &Labels) -> Result<Self, ProfileError> {
        let id = self.id;
        let resolve = |spec: &mut SelectorSpec, scope: &Scope| {
            let resolved = spec.resolve(labels, scope);
            resolved.map_err(|reason| ProfileError::Label { id, selector: spec.text(), reason })
        };
        let of_app = !self.packages.is_empty();
        let any_text = Scope { of_app, ..Scope::default() };
        self.user_texts.iter_mut().try_for_each(|spec| resolve(spec, &any_text))?;
        let user_texts = self.user_texts.iter().map(|spec| Selector::clone(spec)).collect();
        let scope = Scope { of_app, user_texts };
        for popup in &mut self.popups {
            popup.beware(&destructive(id)?);
        }
        let elements = self.elements.values_mut();
        let screens = self.screens.iter_mut().flat_map(Screen::selectors);
        let blocking = self.blocking.iter_mut().flat_map(Blocking::selectors);
        let popups = self.popups.iter_mut().flat_map(Popup::selectors);
        let all = elements.chain(screens).chain(blocking).chain(popups);
        all.into_iter().try_for_each(|spec| resolve(spec, &scope))?;
        Ok(self)
    }

    /// The profile of the windows that Android itself puts over apps.
    ///
    /// # Errors
    /// [`ProfileError`]; a test rules it out.
    pub fn android() -> Result<Self, ProfileError> {
        Self::parse("android", include_str!("../../profiles/android.toml"))
    }

    /// Returns the first screen of the file whose signs are in the tree.
    #[must_use]
    pub fn screen(&self, tree: &UiTree) -> Option<&Screen> {
        self.screens.iter().find(|screen| screen.signs().are_on(tree))
    }

    /// The selector of the element that a journey needs.
    ///
    /// # Errors
    /// [`ProfileError::MissingElement`].
    pub fn element(&self, element: &'static str) -> Result<Selector, ProfileError> {
        let missing = || ProfileError::MissingElement { id: self.id, element };
        self.elements.get(element).map(|spec| Selector::clone(spec)).ok_or_else(missing)
    }
}

/// The elements with a destructive word.
fn destructive(id: &'static str) -> Result<Vec<SelectorSpec>, ProfileError> {
    ["text", "description"]
        .into_iter()
        .map(|part| toml::from_str(&format!("{part} = {{ label = \"destructive\", as = \"mentions\" }}")))
        .collect::<Result<_, _>>()
        .map_err(|source| ProfileError::Unreadable { id, source: Box::new(source) })
}
