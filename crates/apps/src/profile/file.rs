//! An app's profile: its name, its packages, its elements, its screens and the signs by which they are recognised, its
//! popups, and the screens from which only a person can continue. Profiles are data files.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use tikmatrix_device::ui::{Selector, UiTree};

use crate::profile::selector_spec::SelectorSpec;
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
    #[serde(default)]
    pub(crate) screens: Vec<Screen>,
    #[serde(default)]
    pub(crate) blocking: Vec<Blocking>,
    #[serde(default)]
    pub(crate) popups: Vec<Popup>,
}

impl Profile {
    /// Reads the profile `id` from the text of its file.
    ///
    /// # Errors
    /// [`ProfileError::Unreadable`].
    pub fn parse(id: &'static str, text: &str) -> Result<Self, ProfileError> {
        let profile = toml::from_str::<Self>(text);
        let profile = profile.map_err(|source| ProfileError::Unreadable { id, source: Box::new(source) })?;
        Ok(Self { id, ..profile })
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
